import type { PageQuery } from '../plant/links.ts';
import { MAX_WALL_TILES } from './pages/wall-grid.ts';

/** A page of more is nothing anybody reads, and holds up everybody else. */
const MAX_CARDS = 200;

/** How many stations' cards, or tiles of a wall, one page holds. */
export function maxCardsOf({ kiosk }: PageQuery): number {
  return kiosk ? MAX_WALL_TILES : MAX_CARDS;
}
