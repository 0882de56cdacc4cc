import { expect, test } from 'vitest';
import { createRandom, hashKey } from './random.ts';

test('the same key always gives the same numbers', () => {
  const first = createRandom('7:S9');
  const second = createRandom('7:S9');
  const numbers = Array.from({ length: 1000 }, () => first.next());
  expect(Array.from({ length: 1000 }, () => second.next())).toEqual(numbers);
  expect(createRandom('7:S4').next()).not.toBe(numbers[0]);
});

test('the numbers are the published algorithm', () => {
  expect(hashKey('')).toBe(0x811c9dc5);
  expect(hashKey('foobar')).toBe(0xbf9cf968);
});

test('numbers are spread evenly over their range', () => {
  const random = createRandom('spread');
  const bins = new Array<number>(10).fill(0);
  for (let draw = 0; draw < 100_000; draw += 1) bins[Math.floor(random.next() * 10)]! += 1;
  for (const bin of bins) expect(Math.abs(bin - 10_000)).toBeLessThan(400);
});

test('whole numbers reach both ends and never leave them', () => {
  const random = createRandom('ends');
  const seen = new Set(Array.from({ length: 500 }, () => random.integer(3, 6)));
  expect([...seen].sort()).toEqual([3, 4, 5, 6]);
});

test('normal draws have mean 0 and standard deviation 1', () => {
  const random = createRandom('bell');
  const draws = Array.from({ length: 50_000 }, () => random.normal());
  const mean = draws.reduce((sum, draw) => sum + draw, 0) / draws.length;
  const variance = draws.reduce((sum, draw) => sum + (draw - mean) ** 2, 0) / draws.length;
  expect(mean).toBeCloseTo(0, 1);
  expect(Math.sqrt(variance)).toBeCloseTo(1, 1);
});
