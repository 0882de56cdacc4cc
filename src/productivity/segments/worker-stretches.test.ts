import { expect, test } from 'vitest';
import { hourMs, minuteMs } from '../../kernel/time/durations.ts';
import type { EventKind } from '../model.ts';
import { type Bounds, type TimedEvent, workerStretches } from './worker-stretches.ts';

const dayAt = Date.UTC(2026, 0, 15);
const at = (time: string) => dayAt + Number(time.slice(0, 2)) * hourMs + Number(time.slice(3)) * minuteMs;
/** One shift, 08:00 to 17:00. */
const bounds = (gapCapMs: number): Bounds => ({
  gapCapMs,
  shiftEndAfter: (instant) => (instant < at('17:00') ? at('17:00') : dayAt + 24 * hourMs),
});
let keys = 0;
const event = (time: string, kind: EventKind, more: Partial<TimedEvent> = {}): TimedEvent => ({
  at: at(time),
  kind,
  stationId: 1,
  confidence: 1,
  key: String(++keys),
  ...more,
});
const hours = (events: TimedEvent[], capMinutes = 60) => {
  const sum = { working: 0, idle: 0, absent: 0 };
  for (const { state, startAt, endAt } of workerStretches(events, bounds(capMinutes * minuteMs)))
    sum[state] += (endAt - startAt) / hourMs;
  return sum;
};

/** The vector of ORACLES. */
const vector = [
  event('08:00', 'working'),
  event('09:30', 'idle'),
  event('10:00', 'working'),
  event('10:15', 'product_count'),
  event('12:00', 'absent'),
  event('13:00', 'working'),
];

test('a state of which nothing is heard for an hour is unknown until the next event', () => {
  expect(hours(vector)).toEqual({ working: 3.25, idle: 0.5, absent: 1 });
});

test('without a cap the last state lasts until the shift ends', () => {
  expect(hours(vector, Number.POSITIVE_INFINITY)).toEqual({ working: 7.5, idle: 0.5, absent: 1 });
});

test('counting units ends no state and is a sign of life', () => {
  const counted = [
    event('08:00', 'working'),
    event('08:50', 'product_count'),
    event('09:40', 'product_count'),
  ];
  expect(hours(counted)).toEqual({ working: 2 + 40 / 60, idle: 0, absent: 0 });
});

test('a state is not carried from one day to the next, whatever comes then', () => {
  const evening = event('16:50', 'working');
  const morning = event('08:00', 'idle', { at: at('08:00') + 24 * hourMs });
  expect(hours([evening]).working).toBeCloseTo(1 / 6);
  expect(hours([evening, morning]).working).toBeCloseTo(1 / 6);
  expect(hours([evening, morning], Number.POSITIVE_INFINITY).working).toBeCloseTo(1 / 6);
  // Somebody who works on is seen to.
  expect(hours([evening, event('17:20', 'absent')]).working).toBeCloseTo(0.5);
});

test('of two states at one instant the surer holds, then working, then the greater key', () => {
  const later = event('08:30', 'absent');
  const stateOf = (...tied: TimedEvent[]) => workerStretches([...tied, later], bounds(hourMs))[0];
  const working = event('08:00', 'working', { confidence: 0.7 });
  const idle = event('08:00', 'idle', { confidence: 0.9 });
  expect(stateOf(working, idle)?.state).toBe('idle');
  expect(stateOf(idle, working)?.state).toBe('idle');
  expect(stateOf({ ...idle, confidence: 0.7 }, working)?.state).toBe('working');
  const here = event('08:00', 'working', { key: 'b', stationId: 7 });
  expect(stateOf(here, event('08:00', 'working', { key: 'a', stationId: 3 }))?.stationId).toBe(7);
});

test('moving to another station ends the stretch at the first', () => {
  const moved = [
    event('08:00', 'working'),
    event('08:20', 'working', { stationId: 2 }),
    event('08:40', 'idle'),
  ];
  expect(workerStretches(moved, bounds(hourMs)).map(({ stationId }) => stationId)).toEqual([1, 2, 1]);
});
