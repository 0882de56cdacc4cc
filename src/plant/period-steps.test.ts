import { expect, test } from 'vitest';
import { createWallClock } from '../kernel/time/time-zone.ts';
import { type PageQuery, pageHref } from './links.ts';
import { periodSteps } from './period-steps.ts';
import { parsePageWindow } from './time-window.ts';

const newYork = createWallClock('America/New_York');

/** The steps of a page opened at a local time, by their queries. */
function stepsAt(local: string, search: string) {
  const now = newYork.parse(local)!;
  const { period, startAt, endAt } = parsePageWindow(new URLSearchParams(search), now, newYork);
  const query: PageQuery = { period, station: 'S9' };
  const clock = { now, wallClock: newYork };
  const steps = periodSteps(query, { startAt, endAt }, clock, (to) => pageHref('/', to));
  const words = (href: string | null) =>
    href && decodeURIComponent(href.replace('/?station=S9', '').replace('&period=custom', ''));
  return [words(steps.previousHref), words(steps.nextHref), words(steps.fixedHref)];
}

test('a window that runs steps back by its length, and its fixed times stay', () => {
  expect(stepsAt('2025-09-06T14:02:31', '')).toEqual([
    '&start=2025-09-06T12:03&end=2025-09-06T13:03',
    null,
    '&start=2025-09-06T13:03&end=2025-09-06T14:03',
  ]);
});

test('a running hour and a running day step by the whole of them', () => {
  expect(stepsAt('2025-09-06T14:02:31', 'period=hour').slice(0, 2)).toEqual([
    '&start=2025-09-06T13:00&end=2025-09-06T14:00',
    null,
  ]);
  expect(stepsAt('2025-09-06T14:02:31', 'period=today')).toEqual([
    '&period=yesterday',
    null,
    '&start=2025-09-06T00:00&end=2025-09-06T14:03',
  ]);
});

test('steps that arrive at the running hour, today or yesterday lead to the preset', () => {
  expect(stepsAt('2025-09-06T14:02:31', 'start=2025-09-06T13:00&end=2025-09-06T14:00')[1]).toBe(
    '&period=hour',
  );
  expect(stepsAt('2025-09-06T14:02:31', 'period=yesterday').slice(0, 2)).toEqual([
    '&start=2025-09-04T00:00&end=2025-09-05T00:00',
    '&period=today',
  ]);
});

test('days step by days where one has 25 hours', () => {
  expect(stepsAt('2025-11-09T14:00', 'start=2025-11-03T00:00&end=2025-11-04T00:00')[0]).toBe(
    '&start=2025-11-02T00:00&end=2025-11-03T00:00',
  );
  expect(stepsAt('2025-11-20T14:00', 'start=2025-11-03T00:00&end=2025-11-10T00:00')[0]).toBe(
    '&start=2025-10-27T00:00&end=2025-11-03T00:00',
  );
});

test('a window of the past steps on by its length', () => {
  expect(stepsAt('2025-09-06T14:02', 'start=2025-09-05T10:00&end=2025-09-05T10:30').slice(0, 2)).toEqual([
    '&start=2025-09-05T09:30&end=2025-09-05T10:00',
    '&start=2025-09-05T10:30&end=2025-09-05T11:00',
  ]);
});

test('a shift steps to the shift beside it, over days without any', () => {
  // Two shifts a day, none on Sunday, 7 September.
  const shift = (from: string, to: string) => ({ startAt: newYork.parse(from)!, endAt: newYork.parse(to)! });
  const all = [
    shift('2025-09-05T14:00', '2025-09-05T22:00'),
    shift('2025-09-06T06:00', '2025-09-06T14:00'),
    shift('2025-09-08T06:00', '2025-09-08T14:00'),
    shift('2025-09-08T14:00', '2025-09-08T22:00'),
  ];
  const shifts = {
    shiftAt: (at: number) => all.findLast(({ startAt }) => startAt <= at),
    nextShift: ({ endAt }: { endAt: number }) => all.find(({ startAt }) => startAt >= endAt),
  };
  const now = newYork.parse('2025-09-08T15:00')!;
  const stepsOf = (search: string) => {
    const { period, ...window } = parsePageWindow(new URLSearchParams(search), now, newYork, shifts);
    const steps = periodSteps({ period }, window, { now, wallClock: newYork, shifts }, (to) =>
      pageHref('/', to),
    );
    return [steps.previousHref, steps.nextHref].map((href) => href && decodeURIComponent(href));
  };
  expect(stepsOf('period=shift')).toEqual(['/?period=last-shift', null]);
  expect(stepsOf('period=last-shift')).toEqual([
    '/?period=custom&start=2025-09-06T06:00&end=2025-09-06T14:00',
    '/?period=shift',
  ]);
  expect(stepsOf('start=2025-09-06T06:00&end=2025-09-06T14:00')).toEqual([
    '/?period=custom&start=2025-09-05T14:00&end=2025-09-05T22:00',
    '/?period=last-shift',
  ]);
});
