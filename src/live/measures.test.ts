import { expect, test } from 'vitest';
import { createTestClock } from '../kernel/clock.ts';
import { createLiveMeasures } from './measures.ts';
import type { LiveImage } from './model.ts';

const start = 1_767_659_400_000;

function measure() {
  const clock = createTestClock(start);
  const measures = createLiveMeasures(clock);
  const come = (waitMs: number, sizeBytes: number | null = 1_000) =>
    measures.note({ channel: 'original', foundAt: clock.now() - waitMs, sizeBytes } as LiveImage);
  return { clock, measures, come };
}

test('images per second are those of the last minute, and of less right after the start', () => {
  const { clock, measures, come } = measure();
  for (let i = 0; i < 10; i++) {
    clock.advance(500);
    come(5);
  }
  expect(measures.read('original').perSecond).toBeCloseTo(2);
  clock.advance(300_000);
  expect(measures.read('original').perSecond).toBe(0);
});

test('the time from noticed to told is given as it usually is and at its worst', () => {
  const { measures, come } = measure();
  for (let i = 1; i <= 100; i++) come(i, i * 10);
  expect(measures.read('original')).toMatchObject({ tellMs: { p50: 50, p99: 99 }, sizeBytes: 500 });
});

test('nothing is claimed of a channel nobody has heard of, nor of sizes that are not known', () => {
  const { measures, come } = measure();
  expect(measures.read('exit')).toEqual({ perSecond: 0, tellMs: null, sizeBytes: null });
  come(1, null);
  expect(measures.read('original').sizeBytes).toBeNull();
});
