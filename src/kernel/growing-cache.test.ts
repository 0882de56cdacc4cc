import { expect, test } from 'vitest';
import { createGrowingCache } from './growing-cache.ts';

test('the entry that was used least recently goes when there is one too many', () => {
  const cache = createGrowingCache<string, number>({ max: 3 });
  for (const [i, key] of ['a', 'b', 'c'].entries()) cache.set(key, i);
  expect(cache.get('a')).toBe(0);
  cache.set('d', 3);
  expect([...cache.keys()].sort()).toEqual(['a', 'c', 'd']);
  for (let i = 0; i < 1_000; i++) cache.set(`e${i}`, i);
  expect([...cache.keys()].sort()).toEqual(['e997', 'e998', 'e999']);
});

test('an entry ends after its time, and not before', () => {
  let now = 1_000;
  const cache = createGrowingCache<number, string>({
    max: 10,
    ttl: 500,
    ttlResolution: 0,
    perf: { now: () => now },
  });
  cache.set(1, 'one');
  now = 1_500;
  expect(cache.get(1)).toBe('one');
  now = 1_501;
  expect(cache.get(1)).toBeUndefined();
});
