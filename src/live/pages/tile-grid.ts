/** How many tiles a screen can hold so that each is still worth looking at. */
export const mostTiles = 16;

/** A tile's picture is about 4:3, and its caption takes some of its height. */
export const tileAspect = 4 / 3;
export type TileGrid = { columns: number; rows: number };
const screen = { width: 16, height: 9 };

/** Columns and rows in which `count` pictures come out largest on a screen of 16:9. */
export function tileGrid(count: number): TileGrid {
  let best = { columns: 1, rows: 1, area: 0 };
  for (let columns = 1; columns <= Math.max(1, Math.min(count, mostTiles)); columns++) {
    const rows = Math.max(1, Math.ceil(count / columns));
    const height = Math.min(screen.height / rows, screen.width / columns / tileAspect);
    // Of grids that show pictures of one size, the one with the fewest empty places.
    const area = height * (1 - (columns * rows - count) / 1000);
    if (area > best.area) best = { columns, rows, area };
  }
  return { columns: best.columns, rows: best.rows };
}
