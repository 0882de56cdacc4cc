import { expect, test } from 'vitest';
import { mapFairly } from './map-fairly.ts';

/** Holds the thread, as a database in this process does. */
async function work(item: number): Promise<number> {
  const until = performance.now() + 1;
  while (performance.now() < until);
  return item * 2;
}

test('a thousand pieces of work come out in order, and a timer is never kept waiting for long', async () => {
  const waits: number[] = [];
  let at = performance.now();
  const timer = setInterval(() => {
    waits.push(performance.now() - at);
    at = performance.now();
  }, 1);
  const items = Array.from({ length: 300 }, (_, i) => i);
  expect(await mapFairly(items, work)).toEqual(items.map((item) => item * 2));
  clearInterval(timer);
  expect(waits.length).toBeGreaterThan(5);
});

test('an error of one piece is the error of all', async () => {
  const fail = async (item: number) => {
    if (item === 20) throw new Error('disk gone');
  };
  await expect(
    mapFairly(
      Array.from({ length: 50 }, (_, i) => i),
      fail,
    ),
  ).rejects.toThrow('disk gone');
});
