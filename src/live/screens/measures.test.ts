import { expect, test } from 'vitest';
import { createTestClock } from '../../testing/test-clock.ts';
import type { LiveImage } from '../model.ts';
import { createLiveMeasures } from './measures.ts';

const start = 1_767_659_400_000;

function measure() {
  const clock = createTestClock(start);
  const measures = createLiveMeasures(clock);
  const note = (image: Partial<LiveImage>) =>
    measures.note({ channel: 'original', revision: 0, sizeBytes: null, ...image } as LiveImage);
  const come = (waitMs: number, sizeBytes: number | null = 1_000) =>
    note({ foundAt: clock.now() - waitMs, sizeBytes });
  return { clock, measures, come, note };
}

test('images per second are counted over the last minute, or over a shorter time right after startup', () => {
  const { clock, measures, come } = measure();
  for (let i = 0; i < 10; i++) {
    clock.advance(500);
    come(5);
  }
  expect(measures.read('original').perSecond).toBeCloseTo(2);
  clock.advance(300_000);
  expect(measures.read('original').perSecond).toBe(0);
});

test('the delay from found to published is reported as median and 99th percentile', () => {
  const { clock, measures, come } = measure();
  for (let i = 1; i <= 100; i++) {
    clock.advance(500);
    come(i, i * 10);
  }
  expect(measures.read('original')).toMatchObject({ deliveryMs: { p50: 50, p99: 99 }, sizeBytes: 500 });
});

test('an unknown channel and unknown sizes have no figures', () => {
  const { measures, come } = measure();
  expect(measures.read('exit')).toEqual({ perSecond: 0, deliveryMs: null, sizeBytes: null });
  come(1, null);
  expect(measures.read('original').sizeBytes).toBeNull();
});

test('the figures of all channels together are those of the last minute', () => {
  const { clock, measures, note } = measure();
  for (let i = 1; i <= 40; i++) {
    clock.advance(1000);
    note({ channel: i % 2 === 0 ? 'original' : 'exit', foundAt: clock.now() - i });
  }
  expect(measures.readAll()).toEqual({ perSecond: 1, deliveryP95Ms: 38 });
  clock.advance(60_000);
  expect(measures.readAll()).toEqual({ perSecond: 0, deliveryP95Ms: null });
});

test('a picture found long ago that is shown again does not count as slow', () => {
  const { clock, measures, note } = measure();
  clock.advance(10_000);
  note({ foundAt: start - 3_600_000 });
  expect(measures.readAll().deliveryP95Ms).toBeNull();
  note({ foundAt: clock.now() - 7 });
  clock.advance(30_000);
  note({ foundAt: start + 1 });
  note({ foundAt: clock.now() - 40_000, revision: 3 });
  expect([measures.readAll().deliveryP95Ms, measures.read('original').deliveryMs]).toEqual([
    7,
    { p50: 7, p99: 7 },
  ]);
});
