import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { languages } from './languages.ts';

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const script = read('static/js/words.js');

type AgeTexts = { now: string; s: string; m: string; h: string; d: string };

/** The script as a page of this language runs it: the words stand on the root element. */
function ageInWords(lang: string): (ms: number) => string {
  const { now, s, m, h, d } = (JSON.parse(read(`views/locales/${lang}.json`)) as { ago: AgeTexts }).ago;
  const dataset = { agoNow: now, agoS: s, agoM: m, agoH: h, agoD: d };
  const window: { linesight?: { ageInWords(ms: number): string } } = {};
  runInNewContext(script, { window, document: { documentElement: { dataset } } });
  return window.linesight!.ageInWords;
}

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const inAllLanguages = languages.map(ageInWords);

test('these are the languages of the table below', () => {
  expect(languages).toEqual(['en', 'ko', 'zh', 'ja']);
});

test.each([
  [-5 * second, 'now', '방금', '刚刚', 'たった今'],
  [999, 'now', '방금', '刚刚', 'たった今'],
  [4 * second, '4 s ago', '4초 전', '4秒前', '4秒前'],
  [61 * second, '1 min ago', '1분 전', '1分钟前', '1分前'],
  [59 * minute + 59 * second, '59 min ago', '59분 전', '59分钟前', '59分前'],
  [5 * hour, '5 h ago', '5시간 전', '5小时前', '5時間前'],
  [49 * hour, '2 d ago', '2일 전', '2天前', '2日前'],
])('%i ms ago reads "%s"', (elapsedMs, ...texts) => {
  expect(inAllLanguages.map((ageOf) => ageOf(elapsedMs))).toEqual(texts);
});

test.each([
  [1_001, '2 s ago'],
  [4_400, '5 s ago'],
  [59_001, '1 min ago'],
  [47 * hour, '47 h ago'],
])('%i ms ago reads "%s": a begun second counts, and hours are kept for two days', (elapsedMs, text) => {
  expect(inAllLanguages[0]?.(elapsedMs)).toBe(text);
});
