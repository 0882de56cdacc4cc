import { expect, test } from 'vitest';
import { pareto } from './pareto.ts';

const entries = [
  { name: 'scratch', count: 10 },
  { name: 'other', count: 60 },
  { name: 'crack', count: 30 },
  { name: 'dent', count: 10 },
  { name: 'stain', count: 0 },
  { name: 'missing part', count: 50 },
];

test('causes are ranked by count, ties by name, and other is last however large', () => {
  const { rows, total } = pareto(entries);
  expect(rows.map(({ name }) => name)).toEqual(['missing part', 'crack', 'dent', 'scratch', 'other']);
  expect(total).toBe(160);
  expect(rows.at(-1)).toMatchObject({ count: 60, cumulativeRate: 1, isOther: true });
  expect(rows[1]!.cumulativeRate).toBe(0.5);
});

test('the mark is at the cause that reaches 80 %', () => {
  const { markIndex } = pareto([
    { name: 'a', count: 70 },
    { name: 'b', count: 10 },
    { name: 'c', count: 20 },
  ]);
  expect(markIndex).toBe(1);
  expect(
    pareto([
      { name: 'a', count: 5 },
      { name: 'b', count: 5 },
    ]).markIndex,
  ).toBe(1);
  expect(pareto([]).markIndex).toBeNull();
});

test('causes beyond the named ones are counted as other', () => {
  const { rows } = pareto(entries, { maxNamed: 2, otherName: 'other' });
  expect(rows.map(({ name, count }) => [name, count])).toEqual([
    ['missing part', 50],
    ['crack', 30],
    ['other', 80],
  ]);
});
