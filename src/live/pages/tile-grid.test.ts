import { expect, test } from 'vitest';
import { tileGrid } from './tile-grid.ts';

test.each([
  [0, '1×1'],
  [1, '1×1'],
  [2, '2×1'],
  [3, '2×2'],
  [4, '2×2'],
  [6, '3×2'],
  [9, '3×3'],
  [10, '4×3'],
  [16, '4×4'],
])('%i pictures are largest in %s', (count, expected) => {
  const { columns, rows } = tileGrid(count);
  expect(`${columns}×${rows}`).toBe(expected);
});

test('every picture has a cell', () => {
  for (let count = 1; count <= 16; count++) {
    const { columns, rows } = tileGrid(count);
    expect(columns * rows).toBeGreaterThanOrEqual(count);
  }
});
