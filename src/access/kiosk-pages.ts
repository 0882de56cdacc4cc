import { siteParam, stationHref } from '../plant/links.ts';
import type { PlantNames } from '../plant/names.ts';
import type { Sites, SiteTag } from '../plant/sites.ts';
import type { KioskLink } from './keys.ts';

/** Pages that a kiosk link can open besides those of single stations. */
const plantPages = ['/overview', '/inspections', '/live', '/sources'] as const;

/** Every page a kiosk link can open, in the order offered. */
export function kioskPagesOf(stations: readonly { name: string; site: SiteTag | null }[]): string[] {
  return [...plantPages, ...stations.map(({ name, site }) => stationHref(name, { site: siteParam(site) }))];
}

/** The page as a wall shows it. */
export function wallHref(page: string): string {
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
  '/sources': ['/sources/status'],
};
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
  },
): Promise<boolean> {
  const { pathname, searchParams } = url;
  // A page and a socket can share an address: `/` is the page of the cards and the socket of live images.
  if (here.isSocket) return pages.includes('/live') && liveSockets.includes(pathname);
  if (pathname === '/stream' || pathname === '/stream/snapshot') {
    const topics = searchParams.getAll('topics');
    return topics.length > 0 && topics.every((topic) => isTopicOf(pages, topic, here.ownSite));
  }
  if (/^\/live\/images\/\d{1,15}\//.test(pathname)) return pages.includes('/live');
  const image = /^\/images\/(\d{1,15})\//.exec(pathname);
  if (image) {
    if (pagesOfAllImages.some((page) => pages.includes(page))) return true;
    const page = await here.stationPageOf(Number(image[1]));
    if (page === undefined) return false;
    // Live pictures are of the own site only, whose station pages name no site.
    return pages.includes(page) || (pages.includes('/live') && !page.includes('?'));
  }
  if (isFragmentOf(pages, pathname, searchParams, here.ownSite)) return true;
  const path = canonical(pathname);
  if (!path.startsWith('/stations/')) return pages.includes(path);
  const [site = null, ...more] = searchParams.getAll('site');
  return more.length === 0 && pages.includes(stationPage(path, site, here.ownSite));
}

/** Parses a topic exactly as the stream does, so that both mean the same fragment. */
function isTopicOf(pages: readonly string[], topic: string, ownSite: string): boolean {
  const [path = '', search = ''] = topic.split('?', 2);
  return isFragmentOf(pages, path, new URLSearchParams(search), ownSite);
}

function isFragmentOf(
  pages: readonly string[],
  path: string,
  query: URLSearchParams,
  ownSite: string,
): boolean {
  if (path === plantNow || pages.some((page) => fragments[page]?.includes(path))) return true;
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
