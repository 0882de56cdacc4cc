import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { languages } from '../kernel/i18n/languages.ts';
import { accessTable } from '../testing/access-table.ts';
import { helpHref } from './help-links.ts';
import { manualHref, manualPages } from './model.ts';
import { readManual } from './read-manual.ts';

const manual = readManual();
const linePages = manualPages.filter(({ audience }) => audience === 'line').map(({ key }) => key);
const otherLanguages = languages.filter((lang) => lang !== 'en');

const anchorsOf = (lang: (typeof languages)[number], key: string) =>
  manual.page(lang, key)?.sections.map(({ anchor }) => anchor);

/** Every address in the manual of a language, with and without the section. */
function addressesOf(lang: (typeof languages)[number]): Set<string> {
  return new Set(
    manual.pages(lang).flatMap(({ key, sections }) => sections.map(({ anchor }) => manualHref(key, anchor))),
  );
}

test('every file of the manual is a page of it', () => {
  for (const lang of languages) {
    const files = readdirSync(new URL(`../../views/manual/${lang}`, import.meta.url));
    const expected = lang === 'en' ? manualPages.map(({ key }) => key) : linePages;
    expect([lang, files.sort()]).toEqual([lang, expected.map((key) => `${key}.md`).sort()]);
  }
});

test.each(manualPages.map(({ key }) => key))('%s has sections with a text, no anchor twice', (key) => {
  for (const lang of languages) {
    const { sections, title } = manual.page(lang, key)!;
    expect(title).not.toBe('');
    expect(sections.length).toBeGreaterThan(1);
    expect(new Set(sections.map(({ anchor }) => anchor)).size).toBe(sections.length);
    for (const section of sections) expect([section.title, section.text]).not.toContain(undefined);
    expect(sections.filter(({ text }) => text === '').map((section) => section.title)).toEqual([]);
  }
});

describe.each(otherLanguages)('a reader of %s', (lang) => {
  test.each(linePages)('finds in %s the sections of the English page', (key) => {
    expect(anchorsOf(lang, key)).toEqual(anchorsOf('en', key));
  });

  test.each(linePages)('reads no section of %s in another language', (key) => {
    const page = manual.page(lang, key)!;
    const foreign = page.sections.filter(
      ({ title, html }) => !isWrittenIn(lang, `${title} ${proseOf(html)}`),
    );
    expect(foreign.map(({ anchor }) => anchor)).toEqual([]);
  });

  test('gets as much as the English reader: nothing is left out', () => {
    for (const key of linePages) {
      const parts = (of: 'en' | typeof lang) =>
        manual
          .page(of, key)!
          .sections.map(({ anchor, html }) => [
            anchor,
            html.match(/<tr>/g)?.length ?? 0,
            html.match(/<li>/g)?.length ?? 0,
          ]);
      expect([key, parts(lang)]).toEqual([key, parts('en')]);
    }
  });
});

test.each([
  ['ko', 'The newest image of every station is shown.', false],
  ['ko', '모든 스테이션의 최근 이미지를 표시합니다.', true],
  ['zh', '显示每个工位的最新图像。', true],
  ['zh', 'すべてのステーションの最新画像を表示します。', false],
  ['ja', 'すべてのステーションの最新画像を表示します。', true],
  ['ja', '显示每个工位的最新图像。', false],
] as const)('text is told to be %s or not: %s', (lang, text, expected) => {
  expect(isWrittenIn(lang, text)).toBe(expected);
});

test.each(languages)('what stands in bold on a page for the line is a word of the screens in %s', (lang) => {
  const onScreens = readFileSync(
    new URL(`../../views/locales/${lang}.json`, import.meta.url),
    'utf8',
  ).toLowerCase();
  const unknown = linePages.flatMap((key) =>
    manual
      .page(lang, key)!
      .sections.flatMap(({ html }) => [...html.matchAll(/<strong>(.*?)<\/strong>/g)])
      .map(([, words = '']) => `${key}: ${words}`)
      .filter((entry) => !onScreens.includes(entry.slice(key.length + 2).toLowerCase())),
  );
  expect(unknown).toEqual([]);
});

test.each(languages)('every link of the manual in %s leads to a section that is there', (lang) => {
  const known = addressesOf(lang);
  const dead = manual.pages(lang).flatMap(({ key, sections }) =>
    sections.flatMap(({ html }) =>
      [...html.matchAll(/href="([^"]*)"/g)]
        .map(([, href = '']) => (href.startsWith('#') ? `/manual/${key}${href}` : href))
        .filter((href) => !known.has(href))
        .map((href) => `${href} on ${key}`),
    ),
  );
  expect(dead).toEqual([]);
});

/** Pages without a place of their own in the manual: it itself, and what a screen or a program opens. */
const withoutHelp = /^\/(?:manual|kiosk\/|static\/)/;

test('the "?" of every page leads to a section that is there in every language', () => {
  const pages = accessTable
    .filter(({ route }) => route.startsWith('GET '))
    .map(({ example }) => example.split('?')[0]!)
    .filter((path) => helpHref(path) !== '/manual' && !withoutHelp.test(path));
  expect(pages.length).toBeGreaterThan(20);
  for (const lang of languages) {
    const known = addressesOf(lang);
    expect(pages.filter((path) => !known.has(helpHref(path)))).toEqual([]);
  }
});

/** The words of a section that are not names, code or figures. */
function proseOf(html: string): string {
  return html.replaceAll(/<(code|pre)\b[^>]*>[\s\S]*?<\/\1>/g, ' ').replaceAll(/<[^>]*>/g, ' ');
}

/** Whether most letters are of the script of this language; Japanese has kana, Chinese has none. */
function isWrittenIn(lang: (typeof otherLanguages)[number], text: string): boolean {
  const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0;
  const letters = count(/\p{L}/gu);
  const hangul = count(/\p{Script=Hangul}/gu);
  const han = count(/\p{Script=Han}/gu);
  const kana = count(/[\p{Script=Hiragana}\p{Script=Katakana}]/gu);
  if (lang === 'ko') return hangul > letters * 0.6;
  if (lang === 'zh') return han > letters * 0.6 && kana === 0;
  return kana + han > letters * 0.6 && kana > letters * 0.2;
}
