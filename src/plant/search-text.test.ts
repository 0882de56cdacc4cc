import { describe, expect, test } from 'vitest';
import { createWallClock } from '../kernel/time/time-zone.ts';
import { bestByName } from './contributions/search-source.ts';
import { readCount, readMoment, readSearchText } from './search-text.ts';

const wallClock = createWallClock('Asia/Seoul');
const now = Date.parse('2026-11-30T10:30:15+09:00');
const moment = (text: string) => {
  const found = readMoment(readSearchText(text).words, now, wallClock);
  if (!found) return undefined;
  const from = wallClock.format(found.startAt, 'second');
  return `${from} +${(found.endAt - found.startAt) / 1000}`;
};

test.each([
  ['  S9   1234 ', 'S9 1234', ['S9', '1234']],
  ['S9\t1234\r\n', 'S9 1234', ['S9', '1234']],
  ['a\u0000b', 'a b', ['a', 'b']],
  ['\u3000S9\u00a01', 'S9 1', ['S9', '1']],
  ['검사', '검사', ['검사']],
  ['e\u0301', '\u00e9', ['\u00e9']],
  ['\ud800x', '\ufffdx', ['\ufffdx']],
  ['', '', []],
  [' \u0000 ', '', []],
])('%j is read as %j', (typed, text, words) => {
  expect(readSearchText(typed)).toEqual({ text, words });
});

test.each([
  ['1234', 1234],
  ['#1234', 1234],
  ['0', 0],
  ['007', 7],
  ['999999999999999', 999_999_999_999_999],
  ['9999999999999999', undefined],
  ['-1', undefined],
  ['1.5', undefined],
  ['12a', undefined],
  ['#', undefined],
  ['', undefined],
  ['1 2', undefined],
])('the COUNT of %j is %j', (text, count) => {
  expect(readCount(readSearchText(text).words)).toBe(count);
});

describe('a moment', () => {
  test.each([
    ['10:21', '2026-11-30T10:21:00 +60'],
    ['9:05', '2026-11-30T09:05:00 +60'],
    ['10:30:15', '2026-11-30T10:30:15 +1'],
    ['10:31', '2026-11-29T10:31:00 +60'],
    ['2026-11-30', '2026-11-30T00:00:00 +86400'],
    ['2026-1-5', '2026-01-05T00:00:00 +86400'],
    ['2026/11/30', '2026-11-30T00:00:00 +86400'],
    ['2026.11.30', '2026-11-30T00:00:00 +86400'],
    ['2026-11-30 10:21', '2026-11-30T10:21:00 +60'],
    ['10:21 2026-11-30', '2026-11-30T10:21:00 +60'],
    ['2026-11-30T10:21:31', '2026-11-30T10:21:31 +1'],
    ['2027-01-01', '2027-01-01T00:00:00 +86400'],
    ['20261130', '2026-11-30T00:00:00 +86400'],
    ['202611301021', '2026-11-30T10:21:00 +60'],
    ['20261130102131', '2026-11-30T10:21:31 +1'],
    ['20261130-102131', '2026-11-30T10:21:31 +1'],
  ])('%s is %s s', (text, expected) => {
    expect(moment(text)).toBe(expected);
  });

  test.each([
    '1021',
    '25:00',
    '10:61',
    '10:21:61',
    '2026-02-30',
    '2026-13-01',
    '2026-11/30',
    '2026-11-30 2026-11-30',
    '10:21 10:22',
    '10:21 S9',
    '2026-11-30 10:21 S9',
    '20261330',
    '20261130 10:21:99',
    'yesterday',
    '',
  ])('%j is none', (text) => {
    expect(moment(text)).toBeUndefined();
  });

  test('a day has as many hours as the clocks give it', () => {
    const berlin = createWallClock('Europe/Berlin');
    const day = readMoment(['2026-10-25'], now, berlin);
    expect((day!.endAt - day!.startAt) / 3_600_000).toBe(25);
  });
});

test('the name itself comes before those that begin with it, and those before the ones that contain it', () => {
  const names = ['S1-S9', 'S90', 's9', 'S9-weld', 'X'];
  expect(bestByName(names, 'S9', (name) => name)).toEqual(['s9', 'S90', 'S9-weld', 'S1-S9']);
  expect(bestByName(names, '', (name) => name)).toEqual([]);
});
