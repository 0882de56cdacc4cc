import type { PageQuery } from '../../plant/links.ts';

/** A wall turns pages for about two minutes before it begins again; beyond that it shows the worst stations. */
const maxWallTiles = 80;

/** Longer pages are not read by people, and rendering them delays all other requests. */
const maxCards = 200;

/** Most cards of stations, or tiles of a wall, on one page. */
export function maxCardsOf({ kiosk }: PageQuery): number {
  return kiosk ? maxWallTiles : maxCards;
}
