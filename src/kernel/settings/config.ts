import { readFileSync } from 'node:fs';
import { findConflicts } from './conflicting-settings.ts';
import { hidePassword } from './hide-password.ts';
import { findMisspelt } from './misspelt-settings.ts';
import type { Setting } from './setting.ts';
import { isTimeZone } from './setting-kinds.ts';
import { type SettingKey, type SettingValues, settings } from './settings.ts';
import { parseSettingsFile } from './settings-file.ts';

/** Source of a setting's value. */
export type SettingOrigin = 'default' | 'environment' | 'file';

/** The effective settings and their sources. */
export type Config = SettingValues & { origins: Record<SettingKey, SettingOrigin> };

/**
 * Result of reading the settings. `faults` has all faults, each with the setting, its value and what is allowed; `values`
 * has the valid settings.
 */
export type LoadedConfig =
  | { ok: true; config: Config; warnings: string[] }
  | { ok: false; faults: string[]; warnings: string[]; values: Partial<SettingValues> };

type Environment = Record<string, string | undefined>;

/**
 * Reads every setting from the environment, else from the JSON file of CONFIG_FILE, else takes its default; an empty text
 * counts as not set. Warnings name entries that resemble a setting, and unknown ones in the file.
 */
export function loadConfig(options: {
  env: Environment;
  readFile?: (path: string) => string;
  systemTimeZone?: string;
}): LoadedConfig {
  const { env, readFile = (path) => readFileSync(path, 'utf8') } = options;
  const file = parseSettingsFile(env.CONFIG_FILE ?? '', readFile);
  const faults = [...file.faults];
  const values: Record<string, unknown> = {};
  const origins: Record<string, SettingOrigin> = {};
  for (const setting of settings) {
    const { value, origin } = pickValue(setting, env, file.values);
    if (setting.key === 'siteTimeZone' && origin === 'default') continue;
    const parsed = setting.schema.safeParse(value);
    values[setting.key] = parsed.data;
    origins[setting.key] = origin;
    if (!parsed.success) {
      const shown = setting.isSecret ? '…' : value;
      faults.push(faultOf(setting.env, shown, origin, setting.allowed));
    }
  }
  const warnings = [...findMisspelt(Object.keys(env), 'the environment'), ...file.warnings];
  if (!('siteTimeZone' in values)) {
    const zone = zoneOfMachine(env.TZ ?? '', options.systemTimeZone);
    values.siteTimeZone = zone.name;
    origins.siteTimeZone = zone.origin;
    faults.push(...zone.faults);
    warnings.push(...zone.warnings);
  }
  const valid = values as Partial<SettingValues>;
  faults.push(...findConflicts(valid));
  return faults.length > 0
    ? { ok: false, faults, warnings, values: valid }
    : { ok: true, config: { ...values, origins } as Config, warnings };
}

function pickValue(
  setting: Setting,
  env: Environment,
  file: Map<string, string>,
): { value: string; origin: SettingOrigin } {
  const fromEnvironment = env[setting.env]?.trim();
  if (fromEnvironment) return { value: fromEnvironment, origin: 'environment' };
  const fromFile = file.get(setting.env)?.trim();
  if (fromFile) return { value: fromFile, origin: 'file' };
  return { value: setting.default, origin: 'default' };
}

function faultOf(name: string, value: string, origin: SettingOrigin, allowed: string): string {
  const safe = hidePassword(value);
  const shown = JSON.stringify(safe.length > 120 ? `${safe.slice(0, 120)}…` : safe);
  const where = origin === 'file' ? 'the file of CONFIG_FILE' : 'the environment';
  return `${name} is ${shown} in ${where}; it must be ${allowed}.`;
}

type Zone = { name: string; origin: SettingOrigin; faults: string[]; warnings: string[] };

/** TZ as set by containers, else the zone of the machine. A TZ that is not the name of a zone would shift every time silently. */
function zoneOfMachine(tz: string, systemTimeZone = Intl.DateTimeFormat().resolvedOptions().timeZone): Zone {
  const name = tz.trim().replace(/^:/, '');
  if (name !== '' && !name.startsWith('/')) {
    const fault = faultOf(
      'TZ',
      name,
      'environment',
      'a time zone of the IANA list, such as Asia/Seoul; or set SITE_TIME_ZONE',
    );
    return { name, origin: 'environment', faults: isTimeZone(name) ? [] : [fault], warnings: [] };
  }
  if (isTimeZone(systemTimeZone))
    return { name: systemTimeZone, origin: 'default', faults: [], warnings: [] };
  const warning = "The machine's time zone is unknown, so UTC is used; set SITE_TIME_ZONE.";
  return { name: 'UTC', origin: 'default', faults: [], warnings: [warning] };
}
