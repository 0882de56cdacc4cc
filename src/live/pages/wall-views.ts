/**
 * Cameras → what the templates of the wall print.
 *
 * Templates and their data:
 *   live/wall        WallPage
 *   live/_tile       TileView
 *   live/_empty      LiveEmptyView
 *   live/_wall-form  WallPage
 *   live/_badge      –
 */
import { domId } from '../../kernel/stream/fragment.ts';
import { cameraHref } from '../camera-links.ts';
import {
  type LiveCamera,
  type LiveImage,
  type LiveRole,
  liveImageSrc,
  liveWidths,
  widthFor,
} from '../model.ts';
import { type PictureState, pictureState, seenAt } from '../newest/picture-state.ts';
import { type TileGrid, tileAspect, tileGrid } from './tile-grid.ts';
import {
  type ShowChoice,
  showChoices,
  type TileChoice,
  tileChoices,
  type WallPlace,
  type WallQuery,
  wallHref,
  wallPage,
  wallPlaces,
} from './wall-query.ts';

/** The screen a wall is drawn for before its script knows better. */
const usualScreen = { width: 1920, height: 1080 };
/** How wide a picture of the usual shape is for each pixel of the screen's height, of which bars and captions take some. */
const widthPerHeight = tileAspect * 0.86;

/** Without JavaScript the newest pictures come by themselves this often. */
const refreshSec = 10;

export type TileView = {
  id: string;
  channel: string;
  camera: string;
  /** Empty for the main camera, whose name is a text of `live.main`. */
  name: string;
  /** Its pictures are drawn by the program. */
  isDemo: boolean;
  /** Set where a camera has two pictures. */
  role: LiveRole | null;
  href: string;
  image: LiveImage | null;
  src: string;
  srcset: string;
  sizes: string;
  state: PictureState;
  /** From when its age counts, epoch ms. */
  seenAt: number | null;
  staleAfterMs: number;
  usualIntervalMs: number | null;
  silentSinceAt: number | null;
  offlineReason: string | null;
};

/** What to do where there is no picture at all. */
export type LiveEmptyView = { folder: string; exampleName: string; demoOffered: boolean };

/** What the script of a live page must know. */
export type FeedSettings = { delayMs: number; attempts: number; pingMs: number; timeZone: string };

export type WallPage = {
  query: WallQuery;
  tiles: TileView[];
  grid: TileGrid;
  page: number;
  pages: number;
  placeCount: number;
  cameraCount: number;
  /** Every camera, for the form. */
  choices: { key: string; name: string; isChosen: boolean }[];
  tileChoices: readonly TileChoice[];
  showChoices: readonly ShowChoice[];
  hasRoles: boolean;
  previousHref: string | null;
  nextHref: string | null;
  kioskHref: string;
  /** Without JavaScript: when the page comes anew, in wall mode as the next one. */
  refresh: { afterSec: number; href?: string };
  feed: FeedSettings;
  empty: LiveEmptyView | null;
  here: string;
};

/** A page of the wall. */
export function wallView(
  cameras: readonly LiveCamera[],
  query: WallQuery,
  rest: { now: number; feed: FeedSettings; empty: LiveEmptyView; isDemo: (camera: LiveCamera) => boolean },
): WallPage {
  const places = wallPlaces(cameras, query);
  const { shown, page, pages, perPage } = wallPage(places, query);
  const grid = tileGrid(pages > 1 ? perPage : shown.length);
  const isRotating = query.kiosk && pages > 1 && query.rotateSec > 0;
  const at = (to: number) => wallHref({ ...query, page: to });
  return {
    query,
    tiles: shown.map((place) => ({
      ...tileView(place, grid, rest.now),
      isDemo: rest.isDemo(place.camera),
    })),
    grid,
    ...{ page, pages, placeCount: places.length, cameraCount: cameras.length },
    choices: cameras.map(({ key, name }) => ({ key, name, isChosen: query.cameras.includes(key) })),
    tileChoices,
    showChoices,
    hasRoles: cameras.some(({ channels }) => channels.original && channels.labeled),
    previousHref: page > 1 ? at(page - 1) : null,
    nextHref: page < pages ? at(page + 1) : null,
    kioskHref: wallHref({ ...query, page: 1, kiosk: true }),
    refresh: isRotating
      ? { afterSec: query.rotateSec, href: at((page % pages) + 1) }
      : { afterSec: refreshSec },
    feed: rest.feed,
    empty: cameras.some(({ newest }) => Object.keys(newest).length > 0) ? null : rest.empty,
    here: wallHref(query),
  };
}

/** One tile. */
function tileView(
  { camera, role, channel }: WallPlace,
  grid: TileGrid,
  now: number,
): Omit<TileView, 'isDemo'> {
  const image = camera.newest[role];
  const share = { width: 1 / grid.columns, height: widthPerHeight / grid.rows };
  const width = widthFor(Math.min(usualScreen.width * share.width, usualScreen.height * share.height));
  return {
    id: domId('tile', channel),
    channel,
    camera: camera.key,
    name: camera.name,
    role: camera.channels.original && camera.channels.labeled ? role : null,
    href: cameraHref(camera.key),
    image: image ?? null,
    src: image ? liveImageSrc(image, width) : '',
    srcset: image ? srcset(image) : '',
    // As wide as its place, or as high: a larger one would be drawn for nobody.
    sizes: `(max-width: 760px) 100vw, min(${Math.ceil(100 * share.width)}vw, ${Math.ceil(100 * share.height)}vh)`,
    state: pictureState(camera, image, now),
    seenAt: image ? seenAt(image) : null,
    staleAfterMs: camera.staleAfterMs,
    usualIntervalMs: camera.usualIntervalMs,
    silentSinceAt: camera.silentSinceAt,
    offlineReason: camera.offlineReason,
  };
}

/** All widths of an image, for the browser to choose from. */
export function srcset(image: LiveImage): string {
  return liveWidths.map((width) => `${liveImageSrc(image, width)} ${width}w`).join(', ');
}
