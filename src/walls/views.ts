/**
 * Walls → what their templates print.
 *
 * Templates and their data:
 *   walls/list   WallsPage
 *   walls/edit   WallEditPage
 *   walls/wall   WallView
 *   walls/_form  WallForm
 */

import { isOfShifts } from '../plant/links.ts';
import { layOut, type TileSize, tileSizes, type WallGrids } from '../plant/walls/wall-layout.ts';
import { findWallTile, type WallTile, type WallTileKind } from '../plant/walls/wall-tile.ts';
import type { WallTileRow } from '../schema/wall-tables.ts';
import { dwellChoices, type Wall, type WallPeriod, type WallPlan, wallHref, wallPeriods } from './model.ts';

/** Most things of one kind that a form offers; a plant with more adds the others by turns. */
const maxChoices = 500;

/** What was typed into the form of a wall. */
export type TypedWall = { name: string; period: string; dwellSec: number; tiles: readonly WallTileRow[] };

/** What can be wrong with the form. */
export const wallFaults = [
  'name',
  'nameTaken',
  'changedMeanwhile',
  'gone',
  'tiles',
  'tooMany',
  'tooManyWalls',
] as const;
export type WallFault = (typeof wallFaults)[number];

export type WallForm = {
  action: string;
  typed: TypedWall;
  /** The tiles in their order, with their names; `tile` is undefined where what one showed is gone. */
  tiles: { href: string; size: TileSize; kindKey: string; tile: WallTile | undefined }[];
  /** What can be added, by kind. */
  choices: { key: string; tiles: WallTile[]; moreCount: number }[];
  /** Those of shifts only where there is one, or where the wall follows them. */
  periods: WallPeriod[];
  sizes: typeof tileSizes;
  dwells: typeof dwellChoices;
  isNew: boolean;
  /** When the wall was last changed, epoch ms; null for a new one. */
  changedAt: number | null;
};

export type WallsPage = {
  here: string;
  walls: {
    name: string;
    href: string;
    period: string;
    tileCount: number;
    changedAt: number;
    changedBy: string;
  }[];
  form: WallForm;
  fault: WallFault | null;
  done: 'remove' | null;
  /** Whether the reader may make walls. */
  mayMake: boolean;
};

export type WallEditPage = {
  here: string;
  name: string;
  href: string;
  form: WallForm;
  fault: WallFault | null;
  mayMake: boolean;
};

/** A tile as it hangs: `html` is its fragment as first rendered; undefined where what it showed is gone. */
export type HungTile = {
  row: WallTileRow;
  elementId: string;
  html: string | undefined;
  /** It could not be rendered, and is tried again at its next change. */
  isFailed: boolean;
};

export type WallView = {
  here: string;
  name: string;
  period: string;
  pages: { grids: WallGrids; tiles: HungTile[] }[];
  /** The fragment that changes when the wall does. */
  version: string;
  /** From 1. */
  page: number;
  dwellSec: number;
  styles: string[];
  /** Where somebody who is no kiosk edits it. */
  editHref: string;
  live: { stream: string };
  /** Settings of the live pictures' script; null without such a tile. */
  feed: object | null;
};

export function wallForm(
  {
    kinds,
    hasShift,
  }: { kinds: readonly WallTileKind[]; hasShift: (period: 'shift' | 'last-shift') => boolean },
  typed: TypedWall,
  action: string,
  changedAt: number | null,
): WallForm {
  const isNew = changedAt === null;
  const hung = new Set(typed.tiles.map(({ href }) => href));
  return {
    action,
    typed,
    tiles: typed.tiles.map(({ href, size }) => ({
      href,
      size,
      kindKey: kinds.find(({ path }) => path === href.split('?', 1)[0])?.key ?? 'unknown',
      tile: findWallTile(kinds, href),
    })),
    choices: kinds.map((kind) => {
      const all = kind.list().filter(({ href }) => isNew || !hung.has(href));
      return {
        key: kind.key,
        tiles: all.slice(0, maxChoices),
        moreCount: Math.max(0, all.length - maxChoices),
      };
    }),
    periods: wallPeriods.filter(
      (period) => !isOfShifts(period) || hasShift(period) || period === typed.period,
    ),
    sizes: tileSizes,
    dwells: dwellChoices,
    isNew,
    changedAt,
  };
}

export function wallLine(wall: Wall): WallsPage['walls'][number] {
  const { name, period, changedAt, changedBy } = wall;
  return { name, href: wallHref(name), period, tileCount: wall.tiles.length, changedAt, changedBy };
}

/** The pages of a wall. A tile whose subject is gone keeps its place and says so. */
export function wallPages(tiles: readonly HungTile[]): WallView['pages'] {
  return layOut(tiles.map(({ row }) => row.size)).map(({ grids, tiles: indexes }) => ({
    grids,
    tiles: indexes.map((index) => tiles[index]!),
  }));
}

export function typedOf({ name, period, dwellSec, tiles }: WallPlan): TypedWall {
  return { name, period, dwellSec, tiles };
}

/** What hangs on a wall now, without tiles whose subject is gone; nothing on a wall that is not there. */
export function listTiles(kinds: readonly WallTileKind[], wall: Wall | undefined): WallTile[] {
  return (wall?.tiles ?? []).flatMap(({ href }) => findWallTile(kinds, href) ?? []);
}
