import { expect, test } from 'vitest';
import { createDrawTimes } from './draw-times.ts';
import { ladderSpec, type ThumbnailSpec } from './thumbnail.ts';

test('each size and format has its own times: as usual, and within which 95 of 100 are drawn', () => {
  const times = createDrawTimes();
  for (let ms = 1; ms <= 100; ms++) times.note(ladderSpec(640, 'image/webp'), ms);
  times.note(ladderSpec(640, 'image/jpeg'), 7);
  times.note(ladderSpec(320, 'image/webp'), 3);
  expect(times.read()).toMatchObject([
    { width: 320, type: 'image/webp', p50Ms: 3, p95Ms: 3, count: 1 },
    { width: 640, type: 'image/webp', p50Ms: 50, p95Ms: 95, count: 100 },
    { width: 640, type: 'image/jpeg', p50Ms: 7, p95Ms: 7, count: 1 },
  ]);
});

test('the figures are of the last drawings, and of no more sizes than are remembered', () => {
  const times = createDrawTimes();
  for (let i = 0; i < 2_000; i++) times.note(ladderSpec(640, 'image/webp'), i < 1_500 ? 900 : 10);
  expect(times.read()).toMatchObject([{ p95Ms: 10, count: 2_000 }]);
  for (let i = 0; i < 200; i++)
    times.note({ name: `any-${i}`, type: 'image/webp', width: i } as ThumbnailSpec, 1);
  expect(times.read()).toHaveLength(64);
});
