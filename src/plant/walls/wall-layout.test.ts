import { expect, test } from 'vitest';
import { gridsOfSmall, layOut, type TileSize, type WallGrids } from './wall-layout.ts';

const shape = ({ lying, upright }: WallGrids) =>
  [lying, upright].map(({ columns, rows }) => `${columns}x${rows}`).join(' ');

test.each([
  [1, '1x1 1x1'],
  [2, '2x1 1x2'],
  [3, '2x2 1x3'],
  [4, '2x2 1x4'],
  [6, '3x2 2x3'],
  [9, '3x3 2x5'],
  [12, '4x3 2x6'],
  [30, '4x3 2x6'],
])(
  '%i small tiles are as large as a screen allows, and never smaller than twelve on a page',
  (count, grids) => {
    expect(shape(gridsOfSmall(count))).toBe(grids);
  },
);

test.each([
  ['one large tile fills the screen', ['large'], ['2x2 2x2'], [[0]]],
  [
    'small tiles stand beside a large one',
    ['large', 'small', 'small', 'small', 'small'],
    ['3x3 2x4'],
    [[0, 1, 2, 3, 4]],
  ],
  [
    'two large tiles stand side by side, and the third turns the page',
    ['large', 'large', 'large'],
    ['4x3 2x6', '4x3 2x6'],
    [[0, 1], [2]],
  ],
  [
    'a wide tile that has no room on a page begins the next, with those after it',
    [...Array<TileSize>(11).fill('small'), 'wide', 'small'],
    ['4x3 2x6', '4x3 2x6'],
    [
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
      [11, 12],
    ],
  ],
  ['nothing hangs on an empty wall', [], [], []],
] as [string, TileSize[], string[], number[][]][])('%s', (_, sizes, grids, pages) => {
  const laidOut = layOut(sizes);
  expect(laidOut.map((page) => shape(page.grids))).toEqual(grids);
  expect(laidOut.map(({ tiles }) => tiles)).toEqual(pages);
});

test('forty tiles of any sizes hang each once, in their order', () => {
  const sizes = Array.from({ length: 40 }, (_, i) => (['small', 'wide', 'large'] as const)[(i * 7) % 3]!);
  const pages = layOut(sizes);
  expect(pages.flatMap(({ tiles }) => tiles)).toEqual([...sizes.keys()]);
  const cells = { small: 1, wide: 2, large: 4 };
  for (const { tiles } of pages)
    expect(tiles.reduce((sum, index) => sum + cells[sizes[index]!], 0)).toBeLessThanOrEqual(12);
});
