import { expect, test } from 'vitest';
import { noCounts } from '../../plant/yield.ts';
import { findNgBurst } from './ng-burst.ts';

const minuteMs = 60_000;
const usual = { ok: 9_000, ng: 1_000 };
const minutesOf = (counts: [ok: number, ng: number][]) =>
  counts.map(([ok, ng], i) => ({ ...noCounts, startAt: i * minuteMs, ok, ng }));
const times = (count: number, ok: number, ng: number) =>
  Array.from({ length: count }, (): [number, number] => [ok, ng]);

test('a burst is dated to its first minute', () => {
  const minutes = minutesOf([...times(30, 9, 1), ...times(5, 4, 6)]);
  expect(findNgBurst(minutes, usual)).toBe(30 * minuteMs);
});

test('a burst ends when the station is back to normal', () => {
  expect(
    findNgBurst(minutesOf([...times(10, 9, 1), ...times(60, 4, 6), ...times(2, 9, 1)]), usual),
  ).not.toBeNull();
  expect(
    findNgBurst(minutesOf([...times(10, 9, 1), ...times(60, 4, 6), ...times(10, 9, 1)]), usual),
  ).toBeNull();
});

test('2 NG of 10, or one bad minute, are not a burst', () => {
  expect(findNgBurst(minutesOf([[8, 2]]), usual)).toBeNull();
  expect(findNgBurst(minutesOf([[8, 2]]), { ok: 10_000, ng: 0 })).toBeNull();
  expect(findNgBurst(minutesOf([[2, 3]]), usual)).toBeNull();
  expect(findNgBurst(minutesOf([...times(60, 9, 1), [7, 3], [8, 2]]), usual)).toBeNull();
});

test('a station that is always bad has no burst, one that is always good has one soon', () => {
  expect(findNgBurst(minutesOf(times(120, 5, 5)), { ok: 500, ng: 500 })).toBeNull();
  expect(findNgBurst(minutesOf([...times(20, 30, 0), ...times(3, 20, 10)]), { ok: 20_000, ng: 10 })).toBe(
    20 * minuteMs,
  );
});

test('without a large enough baseline there is no burst', () => {
  expect(findNgBurst(minutesOf(times(10, 0, 10)), { ok: 40, ng: 5 })).toBeNull();
  expect(findNgBurst(minutesOf(times(10, 0, 10)), { ok: 0, ng: 9_000 })).toBeNull();
  expect(findNgBurst([], usual)).toBeNull();
});

test('in control, false alarms are at least 100 000 inspections apart', () => {
  let state = 99;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
  let alarms = 0;
  for (let day = 0; day < 100; day++) {
    const minutes = minutesOf(
      times(600, 0, 0).map((): [number, number] => {
        let ng = 0;
        for (let i = 0; i < 10; i++) if (random() < 0.1) ng++;
        return [10 - ng, ng];
      }),
    );
    let wasOn = false;
    for (let end = 1; end <= minutes.length; end++) {
      const isOn = findNgBurst(minutes.slice(Math.max(0, end - 120), end), usual) !== null;
      if (isOn && !wasOn) alarms++;
      wasOn = isOn;
    }
  }
  // 600 000 inspections at the promised 100 000 each: six; the sum over a whole minute makes it fewer.
  expect(alarms).toBeLessThanOrEqual(6);
});
