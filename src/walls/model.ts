import type { Period } from '../plant/links.ts';
import type { WallTileRow } from '../schema/wall-tables.ts';

/** What the figures of a wall cover; a wall has no fixed times. */
export const wallPeriods = [
  'shift',
  'last-shift',
  'hour',
  '1h',
  'today',
  'yesterday',
  '1d',
  '1w',
] as const satisfies readonly Period[];
export type WallPeriod = (typeof wallPeriods)[number];

/** How long a page of a wall stays, in seconds. */
export const dwellChoices = [10, 15, 30, 60, 120] as const;
export const usualDwellSec = 15;

/** A wall would not be looked at to its last page. */
export const maxTiles = 40;
export const maxWalls = 100;
export const longestName = 100;

/** A wall of this site. */
export type Wall = {
  id: number;
  name: string;
  formerNames: readonly string[];
  tiles: readonly WallTileRow[];
  period: WallPeriod;
  dwellSec: number;
  changedAt: number;
  changedBy: string;
};

/** What a person decides about a wall. */
export type WallPlan = Pick<Wall, 'name' | 'tiles' | 'period' | 'dwellSec'>;

export function wallHref(name: string): string {
  return `/wall/${encodeURIComponent(name)}`;
}
