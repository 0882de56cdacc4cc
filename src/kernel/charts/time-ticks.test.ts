import { expect, test } from 'vitest';
import { createFormat } from '../i18n/format.ts';
import type { Lang } from '../i18n/languages.ts';
import { createWallClock } from '../time/time-zone.ts';
import { timeTicks } from './time-ticks.ts';

const seoul = createWallClock('Asia/Seoul');
const newYork = createWallClock('America/New_York');
const labels = (start: string, end: string, clock = seoul, lang: Lang = 'en') =>
  timeTicks(
    { startAt: clock.parse(start)!, endAt: clock.parse(end)! },
    clock,
    createFormat({ lang, timeZone: clock.timeZone }),
  ).map(({ label }) => label);

test("ticks stand at round times of the site's clock", () => {
  expect(labels('2025-09-06T13:03', '2025-09-06T14:03')).toEqual([
    '13:10',
    '13:20',
    '13:30',
    '13:40',
    '13:50',
    '14:00',
  ]);
  expect(labels('2025-09-05T14:03', '2025-09-06T14:03')).toEqual(['18:00', '6 Sept', '06:00', '12:00']);
  expect(labels('2025-08-30T14:03', '2025-09-06T14:03')).toEqual(['1 Sept', '3 Sept', '5 Sept']);
  expect(labels('2025-01-01', '2025-12-31')).toEqual([
    '17 Mar 2025',
    '9 Jun 2025',
    '1 Sept 2025',
    '24 Nov 2025',
  ]);
});

test('days at the axis are written as the reader of each language writes them', () => {
  const week = (lang: Lang) => labels('2026-11-15T14:03', '2026-11-22T14:03', seoul, lang)[0];
  expect(week('en')).toBe('17 Nov');
  expect(week('ko')).toBe('11월 17일');
  expect(week('zh')).toBe('11月17日');
  expect(week('ja')).toBe('11月17日');
});

test('ticks keep to local times through a clock change', () => {
  expect(labels('2025-03-09T00:00', '2025-03-09T06:00', newYork)).toEqual([
    '9 Mar',
    '01:00',
    '03:00',
    '04:00',
    '05:00',
  ]);
  expect(labels('2025-11-01T12:00', '2025-11-03T12:00', newYork)).toEqual([
    '12:00',
    '2 Nov',
    '12:00',
    '3 Nov',
  ]);
});

test('there are never many ticks, however long the window', () => {
  for (const end of [
    '2025-01-01T00:01',
    '2025-01-03',
    '2025-02-01',
    '2026-01-01',
    '2125-01-01',
    '9999-01-01',
  ]) {
    expect(labels('2025-01-01T00:00', end).length).toBeLessThanOrEqual(7);
  }
});
