import type { Kind } from './setting-kinds.ts';

/** Sections of the settings page and of the README's table, in the order they are shown. */
export type SettingGroup =
  | 'files'
  | 'watching'
  | 'images'
  | 'live'
  | 'site'
  | 'server'
  | 'access'
  | 'retention'
  | 'processes'
  | 'demo';

/** One setting: where it comes from, what it accepts and what people are told about it. */
export type Setting<K extends string = string, T = unknown> = Kind<T> & {
  /** Name of the environment variable, and of the entry in the file named by CONFIG_FILE. */
  env: string;
  key: K;
  group: SettingGroup;
  /** Unit of the number, empty when it has none. */
  unit: string;
  doc: string;
  /** As it would be written in the environment; empty means "not set". */
  default: string;
  /** Its value is shown to nobody, on no page and in no message. */
  isSecret: boolean;
};

type Entry<K extends string, T> = Omit<Setting<K, T>, 'unit' | 'isSecret'> & {
  unit?: string;
  isSecret?: boolean;
};

/** An entry of the list of settings, with its types as they are written. */
export function setting<const K extends string, T>(entry: Entry<K, T>): Setting<K, T> {
  return { unit: '', isSecret: false, ...entry };
}
