import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { settings } from '../settings/settings.ts';
import { type Lang, languages } from './languages.ts';

const plural = /_(zero|one|two|few|many|other)$/;

/** Every text of a language by its dotted key. */
function textsOf(lang: Lang): Map<string, string> {
  const file = new URL(`../../../views/locales/${lang}.json`, import.meta.url);
  return new Map(flatten(JSON.parse(readFileSync(file, 'utf8'))));
}

function flatten(node: object, path = ''): [string, string][] {
  return Object.entries(node).flatMap(([key, value]) =>
    typeof value === 'string' ? [[path + key, value] as [string, string]] : flatten(value, `${path}${key}.`),
  );
}

/** Keys without their plural form, each with the values its texts ask for. */
function variablesByKey(texts: Map<string, string>): Record<string, string> {
  const found = new Map<string, Set<string>>();
  for (const [key, text] of texts) {
    const variables = found.get(key.replace(plural, '')) ?? new Set();
    for (const [, name = ''] of text.matchAll(/\{\{\s*-?\s*(\w+)[^}]*\}\}/g)) variables.add(name);
    found.set(key.replace(plural, ''), variables);
  }
  return Object.fromEntries([...found].map(([key, names]) => [key, [...names].sort().join(' ')]));
}

const [reference, ...others] = languages;

test.each(others)(
  'every text of %s exists in English and the other way round, with the same values',
  (lang) => {
    expect(variablesByKey(textsOf(lang))).toEqual(variablesByKey(textsOf(reference)));
  },
);

test.each(languages)('texts of %s with plural forms have exactly the forms of the language', (lang) => {
  const forms = new Intl.PluralRules(lang).resolvedOptions().pluralCategories.sort();
  const keys = [...textsOf(lang).keys()].filter((key) => plural.test(key));
  for (const base of new Set(keys.map((key) => key.replace(plural, '')))) {
    const present = keys
      .filter((key) => key.replace(plural, '') === base)
      .map((key) => key.slice(base.length + 1));
    expect({ base, present: present.sort() }).toEqual({ base, present: forms });
  }
});

test.each(languages)('no text of %s is empty, has stray spaces or holds markup', (lang) => {
  for (const [key, text] of textsOf(lang)) {
    expect({ key, text: text.trim() }).toEqual({ key, text });
    expect({ key, text }).not.toEqual({ key, text: '' });
    expect({ key, markup: /<\/?[a-z]/i.test(text) }).toEqual({ key, markup: false });
  }
});

test.each(languages)('the Settings page has a heading in %s for every group of settings', (lang) => {
  const texts = textsOf(lang);
  const groups = new Set(settings.map(({ group }) => group));
  expect([...groups].filter((group) => !texts.has(`settings.groups.${group}`))).toEqual([]);
});
