import { expect, test } from 'vitest';
import { type LiveBatch, mergeEvents } from './events.ts';

const batch = (id: number, rows: number[], gone: number[] = [], siteId = 1): LiveBatch => ({
  siteId,
  channels: [{ id, rows, gone }],
});
const merge = (...all: LiveBatch[]) =>
  all.reduce<unknown>((sum, one) => mergeEvents('live.recorded', sum, one), all[0]);

test('live images recorded within a moment become one event with each row once', () => {
  expect(merge(batch(1, [1]), batch(1, [2, 1]), batch(2, [3]), batch(1, [], [1]))).toEqual({
    siteId: 1,
    channels: [
      { id: 1, rows: [1, 2], gone: [1] },
      { id: 2, rows: [3], gone: [] },
    ],
  });
});

test('an event with too many rows becomes "anything may have changed"', () => {
  const many = Array.from({ length: 301 }, (_, i) => i);
  expect(merge(batch(1, [1000]), batch(1, many))).toBeUndefined();
  expect(mergeEvents('live.recorded', undefined, batch(1, [1]))).toBeUndefined();
});
