import { siteParam, stationHref } from '../plant/links.ts';
import type { PlantNames } from '../plant/names.ts';
import type { Sites, SiteTag } from '../plant/sites.ts';
import type { WallTile } from '../plant/walls/wall-tile.ts';
import type { KioskLink } from './keys.ts';

const wallStart = '/wall/';
/** Pages that a kiosk link can open besides walls and those of single stations. */
const plantPages = ['/overview', '/inspections', '/live', '/productivity/hours', '/sources'] as const;

/** Every page a kiosk link can open, in the order offered. */
export function kioskPagesOf(
  walls: readonly { name: string }[],
  stations: readonly { name: string; site: SiteTag | null }[],
): string[] {
  const wallPages = walls.map(({ name }) => `${wallStart}${encodeURIComponent(name)}`);
  return [
    ...wallPages,
    ...plantPages,
    ...stations.map(({ name, site }) => stationHref(name, { site: siteParam(site) })),
  ];
}

/** The page as a wall shows it; a wall is one already. */
export function wallHref(page: string): string {
  if (page.startsWith(wallStart)) return page;
  return `${page}${page.includes('?') ? '&' : '?'}kiosk=1`;
}

/**
 * The pages of a link as addressed at this site. The link may come from another site, whose stations it means where it
 * names no site.
 */
export function pagesFromHere(link: Pick<KioskLink, 'siteId' | 'pages'>, sites: Sites): string[] {
  const madeAt = link.siteId === null ? sites.own.name : sites.get(link.siteId)?.name;
  return link.pages.map((page) => {
    const { pathname, searchParams } = new URL(page, 'http://plant');
    if (!pathname.startsWith('/stations/')) return page;
    const site = searchParams.get('site') ?? madeAt ?? `${link.siteId}`;
    return stationPage(pathname, site, sites.own.name);
  });
}

/** The page under its station's present name; itself where it is no station page, or the station is unknown. */
export function underPresentName(
  page: string,
  { sites, names }: { sites: Sites; names: PlantNames },
): string {
  const { pathname, searchParams } = new URL(page, 'http://plant');
  if (!pathname.startsWith('/stations/')) return page;
  const site = searchParams.get('site');
  const siteId = site === null ? sites.own.id : sites.find(site)?.id;
  const id = siteId && names.findStationId(decodeURIComponent(pathname.slice('/stations/'.length)), siteId);
  return id ? stationPage(stationHref(names.stationName(id)), site, sites.own.name) : page;
}

/** The canonical address of a station page, which names the site only if it is another one. */
function stationPage(pathname: string, site: string | null, ownSite: string): string {
  return site === null || site === '' || site === ownSite
    ? pathname
    : `${pathname}?${new URLSearchParams({ site })}`;
}

/** Further addresses of each page. */
const fragments: Readonly<Record<string, readonly string[]>> = {
  '/overview': ['/overview/stations'],
  '/inspections': ['/', '/inspections/cards'],
  '/live': ['/live/latest'],
  '/productivity/hours': ['/productivity/hours/board'],
  '/sources': ['/sources/status'],
};
/** When walls were changed: no name and no figure. */
const wallVersion = '/wall-version';
/** What every page says of the plant. */
const plantNow = '/plant/now';
/** Pages that show images of every station. */
const pagesOfAllImages = ['/overview', '/inspections'];
const liveSockets = ['/', '/ws/images'];

/**
 * Whether an address belongs to one of a kiosk's pages: the page itself, its fragments, or an image of a station it
 * shows. `stationPageOf` finds the station page of an image by its id. A station of the same name at another site is a
 * different station.
 */
export async function isOnPages(
  pages: readonly string[],
  url: URL,
  here: {
    isSocket?: boolean | undefined;
    ownSite: string;
    stationPageOf: (id: number) => Promise<string | undefined>;
    tilesOfWall: (name: string) => Promise<readonly WallTile[]>;
  },
): Promise<boolean> {
  const { pathname, searchParams } = url;
  const tiles = await readTiles(pages, here.tilesOfWall);
  const showsLive = pages.includes('/live') || tiles.some(({ isLive }) => isLive);
  // A page and a socket can share an address: `/` is the page of the cards and the socket of live images.
  if (here.isSocket) return showsLive && liveSockets.includes(pathname);
  if (pathname === '/stream' || pathname === '/stream/snapshot') {
    const topics = searchParams.getAll('topics');
    return topics.length > 0 && topics.every((topic) => isTopicOf({ pages, tiles }, topic, here.ownSite));
  }
  if (/^\/live\/images\/\d{1,15}\//.test(pathname)) return showsLive;
  const image = /^\/images\/(\d{1,15})\//.exec(pathname);
  if (image) {
    if (pagesOfAllImages.some((page) => pages.includes(page))) return true;
    const page = await here.stationPageOf(Number(image[1]));
    if (page === undefined) return false;
    // Live pictures are of the own site only, whose station pages name no site.
    const isOnTile = tiles.some(({ stationPage }) => stationPage === page);
    return pages.includes(page) || isOnTile || (pages.includes('/live') && !page.includes('?'));
  }
  if (pathname === '/live/latest' && showsLive) return true;
  if (isFragmentOf({ pages, tiles }, pathname, searchParams, here.ownSite)) return true;
  const path = canonical(pathname);
  if (!path.startsWith('/stations/')) return pages.includes(path);
  const [site = null, ...more] = searchParams.getAll('site');
  return more.length === 0 && pages.includes(stationPage(path, site, here.ownSite));
}

/** What hangs on the walls among the pages. */
async function readTiles(
  pages: readonly string[],
  tilesOfWall: (name: string) => Promise<readonly WallTile[]>,
): Promise<WallTile[]> {
  const walls = pages.filter((page) => page.startsWith(wallStart));
  const tiles: WallTile[] = [];
  for (const page of walls)
    tiles.push(...(await tilesOfWall(decodeURIComponent(page.slice(wallStart.length)))));
  return tiles;
}

/** Pages, and what hangs on the walls among them. */
type Shown = { pages: readonly string[]; tiles: readonly WallTile[] };

/** Parses a topic exactly as the stream does, so that both mean the same fragment. */
function isTopicOf(shown: Shown, topic: string, ownSite: string): boolean {
  const [path = '', search = ''] = topic.split('?', 2);
  return isFragmentOf(shown, path, new URLSearchParams(search), ownSite);
}

/** Whether a fragment is that of a tile: its own address, with the period of any wall. */
function isTile({ href }: WallTile, path: string, query: URLSearchParams): boolean {
  const rest = new URLSearchParams(query);
  rest.delete('period');
  rest.delete('kiosk');
  return `${path}?${rest}` === href;
}

function isFragmentOf(
  { pages, tiles }: Shown,
  path: string,
  query: URLSearchParams,
  ownSite: string,
): boolean {
  if (path === plantNow || pages.some((page) => fragments[page]?.includes(path))) return true;
  if (path === wallVersion) return pages.some((page) => page.startsWith(wallStart));
  if (tiles.some((tile) => isTile(tile, path, query))) return true;
  const [station, ...more] = query.getAll('station');
  const [site = null, ...moreSites] = query.getAll('site');
  if (!path.startsWith('/station/') || station === undefined) return false;
  if (more.length > 0 || moreSites.length > 0) return false;
  return pages.includes(stationPage(stationHref(station), site, ownSite));
}

/** A path with the escaping of our own links; clients differ in which characters they escape. */
function canonical(pathname: string): string {
  try {
    return pathname
      .split('/')
      .map((piece) => encodeURIComponent(decodeURIComponent(piece)))
      .join('/');
  } catch {
    return pathname;
  }
}
