import { expect, test } from 'vitest';
import { wallGrid } from './wall-grid.ts';

test('tiles fill a wall without scrolling, for any number of stations', () => {
  const shape = (count: number) => Object.values(wallGrid(count)).join('x');
  expect([1, 2, 3, 4, 6, 9, 12].map(shape)).toEqual(['1x1', '1x2', '1x3', '2x2', '2x3', '3x3', '3x4']);
  for (let count = 0; count <= 80; count++) {
    const { columns, rows } = wallGrid(count);
    expect(columns * rows).toBeGreaterThanOrEqual(count);
    expect([columns <= 8, rows <= 10]).toEqual([true, true]);
  }
});
