import { readFileSync } from 'node:fs';
import { type Lang, languages } from '../kernel/i18n/languages.ts';

/** Meanings of settings by their name, and words of their units by the unit, in one language. */
export type SettingTexts = {
  readonly units: Readonly<Record<string, string>>;
  readonly meanings: Readonly<Record<string, string>>;
};

/** English needs none: it stands with the settings. */
export type SettingTranslations = Readonly<Partial<Record<Lang, SettingTexts>>>;

const folder = new URL('../../views/locales/settings/', import.meta.url);

/** Reads the translations of every language but English. Throws an error that names the file that is missing or no JSON. */
export function readSettingTranslations(): SettingTranslations {
  return Object.fromEntries(languages.filter((lang) => lang !== 'en').map((lang) => [lang, readTexts(lang)]));
}

function readTexts(lang: Lang): SettingTexts {
  const file = new URL(`${lang}.json`, folder);
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as SettingTexts;
  } catch (cause) {
    throw new Error(`${file.pathname}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}
