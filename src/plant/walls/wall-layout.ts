/** Sizes of a tile in cells of the grid: one, two beside each other, two by two. */
export const tileSizes = ['small', 'wide', 'large'] as const;
export type TileSize = (typeof tileSizes)[number];

/** The cells of a page. */
export type Grid = { columns: number; rows: number };

/** The grids of a page on a lying screen and on an upright one. */
export type WallGrids = { lying: Grid; upright: Grid };

const cellsOf: Readonly<Record<TileSize, Grid>> = {
  small: { columns: 1, rows: 1 },
  wide: { columns: 2, rows: 1 },
  large: { columns: 2, rows: 2 },
};

/** More cells would make text smaller than 24 px of 1080; a wall turns pages instead. */
const fullGrids: WallGrids = { lying: { columns: 4, rows: 3 }, upright: { columns: 2, rows: 6 } };
/** Small tiles on a full page; the style sheet of walls turns pages of as many. */
const maxTilesPerPage = fullGrids.lying.columns * fullGrids.lying.rows;

/** Shape of a cell in which a tile looks best. */
const bestAspect = 1.5;
const screens = { lying: { width: 16, height: 9 }, upright: { width: 9, height: 16 } };

/** One page: its grids, and which tiles hang on it, by their index. */
export type LaidOutPage = { grids: WallGrids; tiles: number[] };

/** Hangs tiles, in their order, on as few pages as hold them; a single page has the largest cells they fit in. */
export function layOut(sizes: readonly TileSize[]): LaidOutPage[] {
  const pages: number[][] = [];
  let page: number[] = [];
  for (const index of sizes.keys()) {
    const next = [...page, index];
    const nextSizes = next.map((one) => sizes[one]!);
    if (fits(nextSizes, fullGrids.lying) && fits(nextSizes, fullGrids.upright)) page = next;
    else {
      pages.push(page);
      page = [index];
    }
  }
  if (page.length > 0) pages.push(page);
  if (pages.length !== 1) return pages.map((tiles) => ({ grids: fullGrids, tiles }));
  return [{ grids: gridsFor(sizes), tiles: pages[0]! }];
}

/** The grids of a page with this many small tiles, the first page of several where they are too many for one. */
export function gridsOfSmall(count: number): WallGrids {
  return count >= maxTilesPerPage ? fullGrids : gridsFor(Array<TileSize>(count).fill('small'));
}

function gridsFor(sizes: readonly TileSize[]): WallGrids {
  return { lying: smallestGrid(sizes, 'lying'), upright: smallestGrid(sizes, 'upright') };
}

/** The grid with the largest cells that holds all, the fuller one of two with cells as large. */
function smallestGrid(sizes: readonly TileSize[], posture: keyof WallGrids): Grid {
  const cells = sizes.reduce((sum, size) => sum + cellsOf[size].columns * cellsOf[size].rows, 0);
  const { width, height } = screens[posture];
  const full = fullGrids[posture];
  let best = { grid: full, worth: 0 };
  for (let columns = 1; columns <= full.columns; columns++) {
    for (let rows = 1; rows <= full.rows; rows++) {
      const grid = { columns, rows };
      if (!fits(sizes, grid)) continue;
      const worth =
        Math.min(width / columns / bestAspect, height / rows) * (1 + cells / (columns * rows) / 4);
      if (worth > best.worth) best = { grid, worth };
    }
  }
  return best.grid;
}

/** Whether the tiles fit into the grid when each takes the first free place, as a dense grid of CSS lays them out. */
function fits(sizes: readonly TileSize[], { columns, rows }: Grid): boolean {
  const taken = new Set<number>();
  return sizes.every((size) => {
    const place = findPlace(cellsOf[size], { columns, rows }, taken);
    for (const cell of place ?? []) taken.add(cell);
    return place !== undefined;
  });
}

/** The first free cells of this size, row by row. */
function findPlace(size: Grid, grid: Grid, taken: ReadonlySet<number>): number[] | undefined {
  for (let row = 0; row + size.rows <= grid.rows; row++) {
    for (let column = 0; column + size.columns <= grid.columns; column++) {
      const cells: number[] = [];
      for (let y = row; y < row + size.rows; y++)
        for (let x = column; x < column + size.columns; x++) cells.push(y * grid.columns + x);
      if (!cells.some((cell) => taken.has(cell))) return cells;
    }
  }
  return undefined;
}
