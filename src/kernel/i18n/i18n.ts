import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInstance, type TFunction } from 'i18next';
import type { Log } from '../log.ts';
import { type Lang, languages } from './languages.ts';

/** Looks up a text and inserts its values; the result is not escaped. A value `count` selects the plural form. */
export type Translate = (key: string, values?: Record<string, unknown>) => string;

export type I18n = {
  /** The texts of one language. */
  t(lang: Lang): Translate;
};

/**
 * Loads the texts of `dir`, one `<language>.json` each. A missing text or value throws, so that tests fail. With a `log`, as
 * in the running product, it is logged once as a warning and the key (or nothing, for a value) is shown instead.
 */
export function createI18n(dir: string, options: { log?: Log } = {}): I18n {
  const warned = new Set<string>();
  function complain(problem: string): void {
    if (options.log === undefined) throw new Error(problem);
    if (warned.size < 1000 && !warned.has(problem)) options.log.warn(problem);
    warned.add(problem);
  }
  const translators = Object.fromEntries(
    languages.map((lang) => [lang, createTranslate(lang, readTexts(dir, lang), complain)]),
  ) as Record<Lang, Translate>;
  return { t: (lang) => translators[lang] };
}

function readTexts(dir: string, lang: Lang): Record<string, object> {
  return JSON.parse(readFileSync(join(dir, `${lang}.json`), 'utf8'));
}

function createTranslate(
  lang: Lang,
  texts: Record<string, object>,
  complain: (problem: string) => void,
): Translate {
  const instance = createInstance({
    lng: lang,
    resources: { [lang]: { translation: texts } },
    fallbackLng: false,
    initAsync: false,
    nsSeparator: false,
    // Eta escapes the output of templates; escaping here as well would show &amp; on the page.
    interpolation: { escapeValue: false, skipOnVariables: true },
    parseMissingKeyHandler: (key: string) => {
      complain(`The text ${JSON.stringify(key)} is missing in ${lang}.json`);
      return key;
    },
    missingInterpolationHandler: (text: string, match: string[]) => {
      complain(`No value given for ${match[0]} in ${JSON.stringify(text)} (${lang})`);
      return '';
    },
  });
  void instance.init();
  const translate: TFunction = instance.t;
  // Passed as `replace`, so that no value is taken for an option such as `lng` or `defaultValue`.
  return (key, values = {}) => translate(key, { replace: values, count: values.count as number | undefined });
}
