import { expect, test } from 'vitest';
import { languages } from '../kernel/i18n/languages.ts';
import { settings } from '../kernel/settings/settings.ts';
import { readSettingTranslations } from './translations.ts';

const translations = readSettingTranslations();
const others = languages.filter((lang) => lang !== 'en');

/** What must stand in every language as it is: code in backticks, names of settings and other capitals, numbers, code. */
function marksOf(text: string): string[] {
  const words = text.match(/[!-~…]+/g) ?? [];
  return [
    ...(text.match(/`[^`]*`/g) ?? []),
    ...(text.match(/\b[A-Z][A-Z0-9_]*[A-Z0-9](?=s?\b)/g) ?? []),
    ...(text.match(/\d+(?:[.:]\d+)*(?:\s?(?:%|[kMG]B\b|ms\b|px\b))?/g) ?? []),
    ...words
      .map((word) => word.replace(/^[(.,;:"]+|[).,;:"]+$/g, ''))
      .filter((word) => /[/=@#*~<>{}?]|\w\.\w/.test(word)),
  ]
    .filter((mark, at, all) => all.indexOf(mark) === at)
    .sort();
}

test.each([
  ['WATCH_DIR at most 5 MB', '최대 5 MB'],
  ['at most 5 MB', '최대 5 GB'],
  ['not `auto`', '`poll`이 아님'],
  ['in <station>/<model>', '<station>'],
  ['of {{name}}', '{{names}}의'],
])('"%s" is not translated by "%s"', (english, translated) => {
  expect(marksOf(translated)).not.toEqual(marksOf(english));
});

test.each(others)('every setting has its meaning in %s, and none that does not exist', (lang) => {
  const { meanings, units } = translations[lang]!;
  expect(Object.keys(meanings).sort()).toEqual(settings.map(({ env }) => env).sort());
  const used = new Set(settings.map(({ unit }) => unit).filter((unit) => unit !== ''));
  expect(Object.keys(units).sort()).toEqual([...used].sort());
  for (const [name, text] of [...Object.entries(meanings), ...Object.entries(units)]) {
    expect({ name, text: text.trim() }).toEqual({ name, text });
    expect({ name, text }).not.toEqual({ name, text: '' });
  }
});

test.each(others)('a meaning in %s names the settings, numbers and code of the English one', (lang) => {
  const { meanings } = translations[lang]!;
  for (const { env, doc } of settings) {
    expect({ env, text: meanings[env] }).not.toEqual({ env, text: doc });
    expect({ env, marks: marksOf(meanings[env] ?? '') }).toEqual({ env, marks: marksOf(doc) });
  }
});
