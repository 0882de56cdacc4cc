import { expect, test } from 'vitest';
import { createFormat } from './format.ts';

const en = createFormat({ lang: 'en', timeZone: 'Asia/Seoul' });
const ko = createFormat({ lang: 'ko', timeZone: 'Asia/Seoul' });
const zh = createFormat({ lang: 'zh', timeZone: 'Asia/Seoul' });
const ja = createFormat({ lang: 'ja', timeZone: 'Asia/Seoul' });
const at = Date.UTC(2026, 10, 21, 15, 4, 9);
const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

test('thousands are grouped as Intl does', () => {
  expect(en.number(1234567)).toBe(new Intl.NumberFormat('en-GB').format(1234567));
  expect(ko.number(1234567)).toBe(new Intl.NumberFormat('ko-KR').format(1234567));
});

test('a yield has one decimal, and a missing one is a dash, not zero', () => {
  expect([0.9742, 1, 0, null].map(en.percent1)).toEqual(['97.4', '100.0', '0.0', '–']);
});

test('a yield is 100 % only without any NG', () => {
  expect([0.9994, 0.9995, 0.9996, 0.99994, 0.99996, 0.9999999].map(en.percent1)).toEqual([
    '99.9',
    '99.95',
    '99.96',
    '99.99',
    '< 100',
    '< 100',
  ]);
  expect(ko.percent1(1 - 1 / 20_000)).toBe('< 100');
});

test('times are those of the site on a 24-hour clock, midnight being 00', () => {
  expect([en.time(at), en.timeSeconds(at)]).toEqual(['00:04', '00:04:09']);
  expect([ko.time(at), ko.timeSeconds(at)]).toEqual(['00:04', '00:04:09']);
});

test('dates are those of the site, in the order of the language', () => {
  expect([en.date(at), en.dateTime(at)]).toEqual(['22 Nov 2026', '22 Nov 2026 00:04']);
  expect([ko.date(at), ko.dateTime(at)]).toEqual(['2026. 11. 22.', '2026. 11. 22. 00:04']);
  expect([zh.date(at), zh.dateTime(at)]).toEqual(['2026年11月22日', '2026年11月22日 00:04']);
  expect([ja.date(at), ja.dateTime(at)]).toEqual(['2026/11/22', '2026/11/22 00:04']);
});

test('machines read an instant in UTC', () => {
  expect([en.iso(at), ko.iso(at)]).toEqual(['2026-11-21T15:04:09Z', '2026-11-21T15:04:09Z']);
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
  expect([en, ko, zh, ja].map((format) => format.ago(elapsedMs))).toEqual(texts);
});

test.each([
  [0, '0 ms', '0 ms'],
  [340, '340 ms', '340 ms'],
  [1240, '1.2 s', '1.2초'],
  [59_980, '1 min', '1분'],
  [125 * second, '2 min 5 s', '2분 5초', '2分钟 5秒', '2分 5秒'],
  [2 * hour, '2 h', '2시간', '2小时', '2時間'],
  [2 * hour + 5 * minute + 40 * second, '2 h 6 min', '2시간 6분'],
  [24 * hour - 10 * second, '1 d', '1일'],
  [50 * hour, '2 d 2 h', '2일 2시간'],
])('a span of %i ms reads "%s"', (ms, ...texts) => {
  expect([en, ko, zh, ja].slice(0, texts.length).map((format) => format.duration(ms))).toEqual(texts);
});

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1 kB'],
  [999_600, '1 MB'],
  [1_236_000, '1.24 MB'],
  [5e15, '5,000 TB'],
])('%d bytes read "%s"', (sizeBytes, text) => {
  expect(en.bytes(sizeBytes)).toBe(text);
});

test.each([
  ['Europe/Berlin', '2026-01-15T12:00Z', 'UTC+1'],
  ['Europe/Berlin', '2026-07-15T12:00Z', 'UTC+2'],
  ['Asia/Kathmandu', '2026-01-15T12:00Z', 'UTC+5:45'],
  ['America/Chicago', '2026-01-15T12:00Z', 'UTC-6'],
  ['UTC', '2026-01-15T12:00Z', 'UTC'],
])('the offset of %s at %s is %s', (timeZone, at, offset) => {
  const format = createFormat({ lang: 'ko', timeZone });
  expect([format.timeZone, format.utcOffset(Date.parse(at))]).toEqual([timeZone, offset]);
});
