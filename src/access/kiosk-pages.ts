import { stationHref } from '../plant/links.ts';

/** What a kiosk's screen may show: the plant at a glance, all cards, the folders, or one station. */
const plantPages = ['/overview', '/inspections', '/sources'] as const;

/** Every page a kiosk link can open, in the order they are offered. */
export function kioskPagesOf(stations: readonly string[]): string[] {
  return [...plantPages, ...stations.map((station) => stationHref(station))];
}

/** The page as a wall shows it. */
export function wallHref(page: string): string {
  return `${page}?kiosk=1`;
}

/** Addresses that belong to a page besides itself. */
const fragments: Readonly<Record<string, readonly string[]>> = {
  '/overview': ['/overview/stations'],
  '/inspections': ['/', '/inspections/cards'],
  '/sources': ['/sources/status'],
};
/** Pages that show images of every station. */
const pagesOfAllImages = ['/overview', '/inspections'];

/**
 * Whether an address belongs to one of a kiosk's pages: the page itself, the fragments it keeps live, or an image of a
 * station it shows. `stationOfImage` answers the station of an image's number.
 */
export async function isOnPages(
  pages: readonly string[],
  url: URL,
  stationOfImage: (id: number) => Promise<string | undefined>,
): Promise<boolean> {
  const { pathname, searchParams } = url;
  if (pathname === '/stream' || pathname === '/stream/snapshot') {
    const topics = searchParams.getAll('topics');
    return topics.length > 0 && topics.every((topic) => isTopicOf(pages, topic));
  }
  const image = /^\/images\/(\d{1,15})\//.exec(pathname);
  if (image) {
    if (pagesOfAllImages.some((page) => pages.includes(page))) return true;
    const station = await stationOfImage(Number(image[1]));
    return station !== undefined && pages.includes(stationHref(station));
  }
  return pages.includes(canonical(pathname)) || isFragmentOf(pages, pathname, searchParams);
}

/** Read exactly as the stream reads it, so that both mean the same fragment. */
function isTopicOf(pages: readonly string[], topic: string): boolean {
  const [path = '', search = ''] = topic.split('?', 2);
  return isFragmentOf(pages, path, new URLSearchParams(search));
}

function isFragmentOf(pages: readonly string[], path: string, query: URLSearchParams): boolean {
  if (pages.some((page) => fragments[page]?.includes(path))) return true;
  const [station, ...more] = query.getAll('station');
  if (!path.startsWith('/station/') || station === undefined || more.length > 0) return false;
  return pages.includes(stationHref(station));
}

/** A path in the one spelling that links use, whatever characters a browser or program leaves unescaped. */
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
