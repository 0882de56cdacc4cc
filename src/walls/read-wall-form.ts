import { tileSizes } from '../plant/walls/wall-layout.ts';
import { findWallTile, type WallTileKind } from '../plant/walls/wall-tile.ts';
import type { WallTileRow } from '../schema/wall-tables.ts';
import {
  dwellChoices,
  longestName,
  maxTiles,
  maxWalls,
  usualDwellSec,
  type Wall,
  type WallPlan,
  wallPeriods,
} from './model.ts';
import { isNamed } from './record-walls.ts';
import type { WallFault } from './views.ts';

/** A submitted form: the wall it describes, whether its page is to stay open, and when the wall it shows was changed. */
export type ReadForm = { plan: WallPlan; isToStay: boolean; changedAt: number | null };

const longestHref = 400;

/**
 * Reads `name`, `period`, `dwell`, the tiles there are (`href.<n>`, `size.<n>`, `order.<n>`, `remove.<n>`) and those
 * ticked (`add:<address>`). Addresses that no kind of tile has are left out, other values become the usual ones.
 */
export function readWallForm(form: Record<string, unknown>, kinds: readonly WallTileKind[]): ReadForm {
  const text = (name: string) => (typeof form[name] === 'string' ? form[name].trim() : '');
  const isOfKind = (href: string) => kinds.some(({ path }) => href.startsWith(`${path}?`));
  const kept = Object.keys(form)
    .flatMap((field) => /^href\.(\d{1,3})$/.exec(field)?.[1] ?? [])
    .filter((n) => text(`remove.${n}`) === '')
    .map((n) => ({
      href: text(`href.${n}`).slice(0, longestHref),
      size: tileSizes.find((size) => size === text(`size.${n}`)) ?? 'small',
      order: Number(text(`order.${n}`).replace(',', '.')) || Number(n),
    }))
    .sort((a, b) => a.order - b.order);
  const added = Object.keys(form)
    .filter((field) => field.startsWith('add:') && text(field) !== '')
    .map((field): WallTileRow => ({ href: field.slice('add:'.length, longestHref), size: 'small' }));
  const tiles = new Map<string, WallTileRow>();
  for (const { href: asked, size } of [...kept, ...added]) {
    const href = findWallTile(kinds, asked)?.href ?? asked;
    if (isOfKind(href) && !tiles.has(href)) tiles.set(href, { href, size });
  }
  return {
    plan: {
      name: text('name')
        .normalize('NFC')
        .replaceAll(/\p{Cc}/gu, ' ')
        .slice(0, longestName)
        .toWellFormed()
        .trim(),
      tiles: [...tiles.values()],
      period: wallPeriods.find((period) => period === text('period')) ?? '1h',
      dwellSec: dwellChoices.find((choice) => String(choice) === text('dwell')) ?? usualDwellSec,
    },
    isToStay: text('show') === 'later',
    changedAt: /^\d{1,15}$/.test(text('changed')) ? Number(text('changed')) : null,
  };
}

/** What is wrong with the form among all walls; `id` is the wall it changes, undefined where it makes one. */
export function findFault(
  { plan, changedAt }: ReadForm,
  all: readonly Wall[],
  id?: number,
): WallFault | null {
  if (id === undefined && all.length >= maxWalls) return 'tooManyWalls';
  if (id !== undefined && !all.some((wall) => wall.id === id)) return 'gone';
  // A path has no empty piece, and dots mean other places in it.
  if (plan.name === '' || /^\.{1,2}$/.test(plan.name)) return 'name';
  if (all.some((wall) => wall.id !== id && isNamed(wall, plan.name))) return 'nameTaken';
  if (changedAt !== null && all.some((wall) => wall.id === id && wall.changedAt !== changedAt))
    return 'changedMeanwhile';
  if (plan.tiles.length === 0) return 'tiles';
  return plan.tiles.length > maxTiles ? 'tooMany' : null;
}
