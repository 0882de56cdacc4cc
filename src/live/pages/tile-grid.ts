/** Most tiles of a screen; more would be too small to be useful. */
export const maxTiles = 16;

/** A tile's picture is about 4:3, and its caption takes some of its height. */
export const tileAspect = 4 / 3;
export type TileGrid = { columns: number; rows: number };
const screen = { width: 16, height: 9 };

/** Columns and rows in which `count` pictures are largest on a 16:9 screen. */
export function tileGrid(count: number): TileGrid {
  let best = { columns: 1, rows: 1, area: 0 };
  for (let columns = 1; columns <= Math.max(1, Math.min(count, maxTiles)); columns++) {
    const rows = Math.max(1, Math.ceil(count / columns));
    const height = Math.min(screen.height / rows, screen.width / columns / tileAspect);
    // Of grids with pictures of the same size, the one with the fewest empty cells.
    const area = height * (1 - (columns * rows - count) / 1000);
    if (area > best.area) best = { columns, rows, area };
  }
  return { columns: best.columns, rows: best.rows };
}
