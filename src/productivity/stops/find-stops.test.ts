import { expect, test } from 'vitest';
import { minuteMs } from '../../kernel/time/durations.ts';
import { findStops } from './find-stops.ts';

/** 0 to 60 with a break from 30 to 40, minutes. */
const planned = [
  { startAt: 0, endAt: 30 * minuteMs },
  { startAt: 40 * minuteMs, endAt: 60 * minuteMs },
];
const unitsAt = (...minutes: number[]) => minutes.map((minute) => ({ at: minute * minuteMs, partId: 1 }));
const every = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
const stopsOf = (units: ReturnType<typeof unitsAt>, untilMinute = 60, limitMinutes = 2) =>
  findStops(units, planned, {
    untilAt: untilMinute * minuteMs,
    limitMs: limitMinutes * minuteMs,
    cycleMs: minuteMs / 4,
  });
const minutesOf = ({ stops }: ReturnType<typeof findStops>) =>
  stops.map(({ startAt, endAt, plannedMs }) => [startAt, endAt, plannedMs].map((ms) => ms / minuteMs));

test('a station that makes a unit each minute does not stop, the break included', () => {
  expect(minutesOf(stopsOf(unitsAt(...every(0, 30), ...every(40, 60))))).toEqual([]);
});

test('a break within a stop is no part of what it lost', () => {
  expect(minutesOf(stopsOf(unitsAt(...every(0, 26), ...every(45, 60))))).toEqual([[25, 45, 10]]);
});

test('what a station does not make before its first unit and after its last is a stop, too', () => {
  expect(minutesOf(stopsOf(unitsAt(10, ...every(11, 30), ...every(40, 51))))).toEqual([
    [0, 10, 10],
    [50, 60, 10],
  ]);
});

test('a stop that still runs ends now, and one shorter than the limit is a minor one', () => {
  const running = stopsOf(unitsAt(...every(0, 21)), 25);
  expect(minutesOf(running)).toEqual([[20, 25, 5]]);
  expect(running.stops[0]?.isOpen).toBe(true);
  // Of gaps of a minute and more than two cycles, what lasts beyond one cycle is lost.
  const minor = stopsOf(unitsAt(...every(0, 10)), 10, 2);
  expect([minor.stops, minor.minorCount, minor.minorMs / minuteMs]).toEqual([[], 9, 9 * 0.75]);
});

test('a stop in which the model changes is a change-over', () => {
  const [before, after] = [
    unitsAt(...every(0, 6)),
    unitsAt(...every(15, 30)).map((unit) => ({ ...unit, partId: 2 })),
  ];
  const { stops } = stopsOf([...before, ...after], 29);
  expect(stops.map(({ isChangeOver }) => isChangeOver)).toEqual([true]);
});

test('time that is not planned is no stop', () => {
  expect(findStops([], [], { untilAt: 9, limitMs: 1, cycleMs: 1 }).stops).toEqual([]);
  expect(minutesOf(stopsOf(unitsAt(-5, ...every(0, 30)), 36))).toEqual([]);
});
