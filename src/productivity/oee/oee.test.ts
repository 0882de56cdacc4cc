import { expect, test } from 'vitest';
import { minuteMs, secondMs } from '../../kernel/time/durations.ts';
import { createRandom } from '../../simulator/random.ts';
import { type OeeFacts, oeeOf, sumOee } from './oee.ts';

/** The shift of ORACLES: 480 min, breaks of 60, 47 min down, ideally one a second, 19 271 made, 423 rejected. */
const shift: OeeFacts = {
  busyMs: 420 * minuteMs,
  breakdownMs: 47 * minuteMs,
  setupMs: 0,
  minorMs: 0,
  made: [{ produced: 19_271, good: 19_271 - 423, startUpRejects: 0, cycleMs: secondMs }],
};

test('the factors of the shift in the textbook', () => {
  const { availability, performance, quality, oee } = oeeOf(shift);
  expect(availability).toBeCloseTo(0.8880952, 7);
  expect(performance).toBeCloseTo(0.8610813, 7);
  expect(quality).toBeCloseTo(0.9780499, 7);
  expect(oee).toBeCloseTo(0.7479365, 7);
});

test('performance above one is shown as it is, and its loss is negative', () => {
  const fast = oeeOf({ ...shift, made: [{ ...shift.made[0]!, cycleMs: 1_300 }] });
  expect(fast.performance).toBeCloseTo(1.1194057, 6);
  expect(fast.losses?.reducedSpeed).toBeLessThan(0);
});

test('where nothing is planned, inspected, made or set there is no value instead of a wrong one', () => {
  expect(oeeOf({ ...shift, busyMs: 0, breakdownMs: 0 })).toMatchObject({ availability: null, oee: null });
  expect(oeeOf({ ...shift, made: [{ ...shift.made[0]!, good: null }] })).toMatchObject({
    quality: null,
    oee: null,
    losses: null,
  });
  expect(oeeOf({ ...shift, made: [{ ...shift.made[0]!, cycleMs: undefined }] })).toMatchObject({
    performance: null,
    oee: null,
  });
  // A station that stood all the time was not effective: that is known.
  expect(oeeOf({ ...shift, breakdownMs: shift.busyMs, made: [] })).toMatchObject({ quality: null, oee: 0 });
});

test('the six losses add up to planned busy time that was not effective, whatever happened', () => {
  const { next, integer } = createRandom('losses');
  for (let i = 0; i < 500; i++) {
    const busyMs = integer(1, 30_000_000);
    const breakdownMs = integer(0, busyMs);
    const facts: OeeFacts = {
      busyMs,
      breakdownMs,
      setupMs: integer(0, busyMs - breakdownMs),
      minorMs: integer(0, 2_000_000),
      made: Array.from({ length: integer(1, 4) }, () => {
        const produced = integer(0, 5_000);
        const good = integer(0, produced);
        return { produced, good, startUpRejects: integer(0, produced - good), cycleMs: integer(1, 9_000) };
      }),
    };
    const { losses, oee } = oeeOf(facts);
    const ideal = facts.made.reduce((sum, one) => sum + (one.good ?? 0) * (one.cycleMs ?? 0), 0);
    const lost = Object.values(losses!).reduce((sum, ms) => sum + ms, 0);
    expect(lost).toBe(busyMs - ideal);
    expect(oee).toBeCloseTo(ideal / busyMs, 9);
    expect(next()).toBeLessThan(1);
  }
});

test('a line is the sum of its stations, not the mean of their rates', () => {
  const idle: OeeFacts = {
    busyMs: 420 * minuteMs,
    breakdownMs: 420 * minuteMs,
    setupMs: 0,
    minorMs: 0,
    made: [],
  };
  expect(sumOee([shift, idle]).oee).toBeCloseTo(0.7479365 / 2, 7);
});
