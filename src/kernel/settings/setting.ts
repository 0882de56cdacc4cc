import type { Kind } from './setting-kinds.ts';

/** Sections of the settings page and of the manual's table, in display order. */
export type SettingGroup =
  | 'files'
  | 'watching'
  | 'images'
  | 'live'
  | 'productivity'
  | 'predictions'
  | 'site'
  | 'server'
  | 'access'
  | 'retention'
  | 'processes'
  | 'demo';

/** One setting: its names, what it accepts, and its description. */
export type Setting<K extends string = string, T = unknown> = Kind<T> & {
  /** Name of the environment variable, and of the entry in the file of CONFIG_FILE. */
  env: string;
  key: K;
  group: SettingGroup;
  /** Unit of a number, else empty. */
  unit: string;
  doc: string;
  /** As in the environment; empty means "not set". */
  default: string;
  /** The value is never shown on a page or in a message. */
  isSecret: boolean;
};

type Entry<K extends string, T> = Omit<Setting<K, T>, 'unit' | 'isSecret'> & {
  unit?: string;
  isSecret?: boolean;
};

/** An entry of the list of settings, with literal types. */
export function setting<const K extends string, T>(entry: Entry<K, T>): Setting<K, T> {
  return { unit: '', isSecret: false, ...entry };
}
