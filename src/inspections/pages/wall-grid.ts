/** More and smaller tiles could not be read from five metres; the wall shows the worst ones. */
const MAX_WALL_COLUMNS = 8;
const MAX_WALL_ROWS = 10;
export const MAX_WALL_TILES = MAX_WALL_COLUMNS * MAX_WALL_ROWS;

/** The grid of a 16:9 wall in which `count` tiles, best seen at 2.2:1, come out largest and few places stay empty. */
export function wallGrid(count: number): { columns: number; rows: number } {
  let best = { columns: 1, rows: 1, worth: 0 };
  for (let columns = 1; columns <= MAX_WALL_COLUMNS; columns++) {
    const rows = Math.max(1, Math.ceil(count / columns));
    if (rows > MAX_WALL_ROWS) continue;
    const tileHeight = Math.min(16 / columns / 2.2, 9 / rows);
    const worth = tileHeight * (count / (columns * rows));
    if (worth > best.worth) best = { columns, rows, worth };
  }
  return { columns: best.columns, rows: best.rows };
}
