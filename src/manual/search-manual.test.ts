import { expect, test } from 'vitest';
import { readManual } from './read-manual.ts';
import { maxQueryLength, searchManual } from './search-manual.ts';

const manual = readManual();
const find = (lang: 'en' | 'ko' | 'zh' | 'ja', query: string) =>
  searchManual(manual.pages(lang), query).map(({ page, section }) => `${page.key}#${section.anchor}`);

test('a section is found by words in any order and case, one with the word in its title first', () => {
  expect(find('en', 'GAPS count')[0]).toBe('station#count');
  expect(find('en', 'count gaps')[0]).toBe('station#count');
});

test.each([
  ['ko', '수율 차트', 'station#trend'],
  ['zh', '控制限', 'station#trend'],
  ['ja', '管理限界', 'station#trend'],
  ['ja', 'ＣＯＵＮＴ', 'station#count'],
] as const)('a reader of %s looks for %s in that language', (lang, query, place) => {
  expect(find(lang, query)).toContain(place);
});

test('pages for administrators are found by readers of every language', () => {
  expect(find('ko', 'PATH_REGEX')).toContain('names#other-names');
});

test('every word must be there, and nothing is found for nothing', () => {
  expect(find('en', 'yield rhinoceros')).toEqual([]);
  expect(find('en', '   ')).toEqual([]);
});

test('the snippet shows the words as they are written, marked', () => {
  const [found] = searchManual(manual.pages('en'), 'wilson');
  expect(found?.snippet.filter(({ isHit }) => isHit).map(({ text }) => text)).toEqual(['Wilson']);
  expect(found?.snippet.map(({ text }) => text).join('').length).toBeLessThan(240);
});

test('signs of a pattern are taken literally, and a long query is cut', () => {
  expect(find('en', '.*')).not.toContain('overview#figures');
  expect(find('en', `yield${' yield'.repeat(1000)}`).length).toBeGreaterThan(0);
  expect(find('en', 'x'.repeat(maxQueryLength * 10))).toEqual([]);
});

test('no more places are listed than people read', () => {
  expect(find('en', 'e')).toHaveLength(20);
});
