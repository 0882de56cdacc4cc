import type { PageQuery } from '../../plant/links.ts';

/** More, smaller tiles would be unreadable from five metres; the wall shows the worst stations. */
const maxWallColumns = 8;
const maxWallRows = 10;
const maxWallTiles = maxWallColumns * maxWallRows;

/** The grid of a 16:9 wall with the largest tiles, ideally 2.2:1, and few empty cells for `count` tiles. */
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

/** Longer pages are not read by people, and rendering them delays all other requests. */
const maxCards = 200;

/** Most cards of stations, or tiles of a wall, on one page. */
export function maxCardsOf({ kiosk }: PageQuery): number {
  return kiosk ? maxWallTiles : maxCards;
}
