import { withQuery } from '../camera-links.ts';
import type { LiveCamera, LiveRole } from '../model.ts';
import { maxTiles } from './tile-grid.ts';

/** Tiles on a page of the wall; `auto` shows all pictures, at most 16. */
export const tileChoices = ['auto', '1', '4', '9', '16'] as const;
export type TileChoice = (typeof tileChoices)[number];

/** Which pictures are shown of a camera that has two. */
export const showChoices = ['all', 'original', 'labeled'] as const;
export type ShowChoice = (typeof showChoices)[number];

/** The choices of a wall. They are kept in its URL only. */
export type WallQuery = {
  tiles: TileChoice;
  show: ShowChoice;
  /** Keys of the chosen cameras; empty for all. */
  cameras: string[];
  /** From 1. */
  page: number;
  kiosk: boolean;
  /** Wall mode: seconds until the next page; 0 stays on this page. */
  rotateSec: number;
};

const defaultRotateSec = 15;
const maxRotateSec = 3600;

/**
 * Reads `tiles, show, cameras, page, kiosk, rotate`. Invalid values are ignored, so that a wall set up years ago keeps
 * showing pictures. `cameras` may be repeated or separated by commas; a name that holds a comma is one name when the
 * camera `isKnown`.
 */
export function readWallQuery(search: URLSearchParams, isKnown: (camera: string) => boolean): WallQuery {
  const oneOf = <T extends string>(choices: readonly T[], value: string | null): T =>
    choices.find((choice) => choice === value) ?? (choices[0] as T);
  const whole = (name: string, least: number, most: number, otherwise: number) => {
    const text = search.get(name) ?? '';
    return /^\d{1,6}$/.test(text) ? Math.min(most, Math.max(least, Number(text))) : otherwise;
  };
  const named = search.getAll('cameras').flatMap((value) => (isKnown(value) ? [value] : value.split(',')));
  return {
    tiles: oneOf(tileChoices, search.get('tiles')),
    show: oneOf(showChoices, search.get('show')),
    cameras: [...new Set(named.filter(isKnown))],
    page: whole('page', 1, 100_000, 1),
    kiosk: search.get('kiosk') === '1',
    rotateSec: whole('rotate', 0, maxRotateSec, defaultRotateSec),
  };
}

/** The wall's address with these choices; defaults are left out. */
export function wallHref(query: Partial<WallQuery>): string {
  const { tiles = 'auto', show = 'all', cameras = [], page = 1, kiosk = false, rotateSec } = query;
  const href = withQuery('/live', {
    tiles: tiles === 'auto' ? '' : tiles,
    show: show === 'all' ? '' : show,
    page: page === 1 ? '' : String(page),
    kiosk: kiosk ? '1' : '',
    rotate: rotateSec === undefined || rotateSec === defaultRotateSec ? '' : String(rotateSec),
  });
  const chosen = cameras.map((camera) => `cameras=${encodeURIComponent(camera)}`).join('&');
  return chosen === '' ? href : `${href}${href.includes('?') ? '&' : '?'}${chosen}`;
}

/** One picture of a wall. */
export type WallTile = { camera: LiveCamera; role: LiveRole; channel: string };

/** The tiles of a wall, all its pages together: the chosen cameras in the chosen roles. */
export function wallTiles(cameras: readonly LiveCamera[], query: WallQuery): WallTile[] {
  return cameras
    .filter(({ key }) => query.cameras.length === 0 || query.cameras.includes(key))
    .flatMap((camera) => {
      const all = (['original', 'labeled'] as const).flatMap((role) => {
        const channel = camera.channels[role];
        return channel === undefined ? [] : [{ camera, role, channel }];
      });
      const asked = all.filter(({ role }) => role === query.show);
      return asked.length > 0 ? asked : all;
    });
}

/** The tiles of one page. Pages beyond the last are the last one. */
export function wallPage<T>(
  tiles: readonly T[],
  query: WallQuery,
): { shown: T[]; page: number; pages: number; perPage: number } {
  const perPage = query.tiles === 'auto' ? maxTiles : Number(query.tiles);
  const pages = Math.max(1, Math.ceil(tiles.length / perPage));
  const page = Math.min(query.page, pages);
  return { shown: tiles.slice((page - 1) * perPage, page * perPage), page, pages, perPage };
}
