import { hidePassword } from '../kernel/settings/hide-password.ts';
import type { SettingTexts } from './translations.ts';

/** Data of the Settings page (template `settings/page`, data SettingsPage). */

export type SettingLine = {
  env: string;
  /** The value in force as text; '' is shown as "not set". */
  value: string;
  unit: string;
  origin: 'default' | 'environment' | 'file';
  meaning: string;
  /** The meaning is in English for want of the reader's language. */
  isEnglish: boolean;
  defaultValue: string;
};

export type SettingGroup = { group: string; lines: SettingLine[] };

export type SettingsPage = {
  /** Those that were set, whatever their group, before all others. */
  changed: SettingLine[];
  groups: SettingGroup[];
  /** What the settings are filtered by: part of a name or of a meaning. */
  search: string;
  warnings: string[];
  /** The JSON file named by CONFIG_FILE. */
  configFile: string | null;
  version: string;
  here: string;
};

/** Longer texts are in no setting. */
const maxSearchLength = 100;

/**
 * The effective settings: what was set first, then the others by group, in the order of their definition. `texts` are those
 * of the reader's language; without them, and for a setting they lack, the meaning is in English.
 */
export function settingsPage(
  settings: readonly {
    env: string;
    key: string;
    group: string;
    unit?: string | undefined;
    doc: string;
    default: unknown;
    isSecret?: boolean;
  }[],
  values: Readonly<Record<string, unknown>>,
  origins: Readonly<Record<string, SettingLine['origin'] | undefined>>,
  rest: { warnings: string[]; configFile: string | null; version: string; search?: string },
  texts?: SettingTexts,
): SettingsPage {
  const search = (rest.search ?? '').trim().slice(0, maxSearchLength);
  const wanted = asSearched(search);
  const groups = new Map<string, SettingLine[]>();
  const changed: SettingLine[] = [];
  for (const setting of settings) {
    const translated = texts?.meanings[setting.env];
    if (!asSearched(`${setting.env} ${setting.doc} ${translated ?? ''}`).includes(wanted)) continue;
    const isChanged = (origins[setting.key] ?? 'default') !== 'default';
    const lines = isChanged ? changed : (groups.get(setting.group) ?? []);
    if (!isChanged) groups.set(setting.group, lines);
    lines.push({
      env: setting.env,
      value: setting.isSecret && values[setting.key] !== '' ? '…' : asText(values[setting.key]),
      unit: texts?.units[setting.unit ?? ''] ?? setting.unit ?? '',
      origin: origins[setting.key] ?? 'default',
      meaning: translated ?? setting.doc,
      isEnglish: texts !== undefined && translated === undefined,
      defaultValue: asText(setting.default),
    });
  }
  return {
    ...rest,
    search,
    changed,
    groups: [...groups].map(([group, lines]) => ({ group, lines })),
    here: '/settings',
  };
}

/** Without regard to case, and to the full-width letters that Japanese and Chinese input methods write. */
function asSearched(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

/** The value as it is written in the environment. */
function asText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'boolean') return value ? '1' : '0';
  return hidePassword(Array.isArray(value) ? value.join(', ') : String(value));
}
