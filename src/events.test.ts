import { expect, test } from 'vitest';
import { type LiveNews, mergeEvents } from './events.ts';

const news = (id: number, rows: number[], gone: number[] = [], siteId = 1): LiveNews => ({
  siteId,
  channels: [{ id, rows, gone }],
});
const merge = (...all: LiveNews[]) =>
  all.reduce<unknown>((sum, one) => mergeEvents('live.recorded', sum, one), all[0]);

test('live images recorded within a moment become one event with each row once', () => {
  expect(merge(news(1, [1]), news(1, [2, 1]), news(2, [3]), news(1, [], [1]))).toEqual({
    siteId: 1,
    channels: [
      { id: 1, rows: [1, 2], gone: [1] },
      { id: 2, rows: [3], gone: [] },
    ],
  });
});

test('an event with too many rows becomes "anything may have changed"', () => {
  const many = Array.from({ length: 301 }, (_, i) => i);
  expect(merge(news(1, [1000]), news(1, many))).toBeUndefined();
  expect(mergeEvents('live.recorded', undefined, news(1, [1]))).toBeUndefined();
});
