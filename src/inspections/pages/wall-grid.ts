import type { PageQuery } from '../../plant/links.ts';

/** More and smaller tiles could not be read from five metres; the wall shows the worst ones. */
const maxWallColumns = 8;
const maxWallRows = 10;
const maxWallTiles = maxWallColumns * maxWallRows;

/** The grid of a 16:9 wall in which `count` tiles, best seen at 2.2:1, come out largest and few places stay empty. */
export function wallGrid(count: number): { columns: number; rows: number } {
  let best = { columns: 1, rows: 1, worth: 0 };
  for (let columns = 1; columns <= maxWallColumns; columns++) {
    const rows = Math.max(1, Math.ceil(count / columns));
    if (rows > maxWallRows) continue;
    const tileHeight = Math.min(16 / columns / 2.2, 9 / rows);
    const worth = tileHeight * (count / (columns * rows));
    if (worth > best.worth) best = { columns, rows, worth };
  }
  return { columns: best.columns, rows: best.rows };
}

/** A page of more is nothing anybody reads, and holds up everybody else. */
const maxCards = 200;

/** How many stations' cards, or tiles of a wall, one page holds. */
export function maxCardsOf({ kiosk }: PageQuery): number {
  return kiosk ? maxWallTiles : maxCards;
}
