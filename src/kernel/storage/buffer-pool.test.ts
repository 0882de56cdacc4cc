import { expect, test } from 'vitest';
import { createBufferPool } from './buffer-pool.ts';

const mb = 1024 * 1024;

test('a buffer that was given back serves the next file it has room for', () => {
  const pool = createBufferPool({ maxBuffers: 2, maxBytes: 8 * mb });
  const first = pool.take(1.2 * mb);
  expect(first.length).toBe(2 * mb);
  const second = pool.take(10);
  expect(second.length).toBe(mb);
  expect(second.buffer).not.toBe(first.buffer);
  pool.giveBack(first);
  pool.giveBack(second);
  expect(pool.take(mb - 1)).toBe(second);
  expect(pool.take(mb)).toBe(first);
});

test('of too many the largest are kept, and none above the limit', () => {
  const pool = createBufferPool({ maxBuffers: 1, maxBytes: 4 * mb });
  const [huge, small, large] = [pool.take(4 * mb + 1), pool.take(1), pool.take(3 * mb)];
  expect(huge.length).toBe(4 * mb + 1);
  for (const buffer of [huge, small, large]) pool.giveBack(buffer);
  expect(pool.take(1)).toBe(large);
  expect(pool.take(1)).not.toBe(small);
});
