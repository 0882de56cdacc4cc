import { createHash } from 'node:crypto';
import type { LadderWidth } from '../kernel/images/thumbnails/thumbnail.ts';
import type { WallClock } from '../kernel/time/time-zone.ts';

/** The filters of every page; they are kept in the URL only. */
export type PageQuery = {
  /** Short name of a site; left out for a station of the own site. */
  site?: string | undefined;
  station?: string | undefined;
  part?: string | undefined;
  period: Period;
  /** Only with `period: 'custom'`: local time of the site, exactly as `linkTime` writes it. */
  start?: string | undefined;
  end?: string | undefined;
  kiosk?: boolean | undefined;
};

/**
 * Of S1 are 1h, 1d and 1w, up to now; `hour` and `today` run since the last full hour and since midnight of the site,
 * `shift` since the last shift began, and `last-shift` is the one before it.
 */
export const periods = [
  'shift',
  'last-shift',
  'hour',
  '1h',
  'today',
  'yesterday',
  '1d',
  '1w',
  'custom',
] as const;
export type Period = (typeof periods)[number];

/** Whether a period means something only where shifts are set. */
export function isOfShifts(period: string | undefined): period is 'shift' | 'last-shift' {
  return period === 'shift' || period === 'last-shift';
}

/** The sizes in which an image is served; `original` is the file itself. */
export type ImageSize = 'strip.webp' | 'card.webp' | `w${LadderWidth}.${'webp' | 'jpg'}` | 'original';

/**
 * The part of DOM ids that identifies a station, the same on every page and after a restart. Plain names stay readable;
 * any other name becomes `_` and 96 bits of SHA-256, which no plain name can equal. `site` as from `siteParam`.
 */
export function stationSlug(name: string, site?: string): string {
  // Folder names contain no slash, so this cannot equal a station of the own site.
  if (site !== undefined) return hashedSlug(`${site}/${name}`);
  if (/^[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*$/.test(name) && name.length <= 24) return name;
  return hashedSlug(name);
}

function hashedSlug(text: string): string {
  return `_${createHash('sha256').update(text).digest('base64url').slice(0, 16)}`;
}

/** The `?site=` of a station's URL; undefined for the own site or a single one. */
export function siteParam(site: { name: string; isOwn: boolean } | null): string | undefined {
  return site === null || site.isOwn ? undefined : site.name;
}

/** An instant in a link: local time of the site, with the offset where that time occurs twice. */
export function linkTime(at: number, wallClock: Pick<WallClock, 'fieldText' | 'offsetText'>): string {
  return `${wallClock.fieldText(at)}${wallClock.offsetText(at) ?? ''}`;
}

/** The query with its window as fixed times, which mean the same tomorrow. */
export function atFixedTimes<Query extends Partial<PageQuery>>(
  query: Query,
  { startAt, endAt }: { startAt: number; endAt: number },
  wallClock: Pick<WallClock, 'fieldText' | 'offsetText'>,
): Query & { period: 'custom' } {
  return { ...query, period: 'custom', start: linkTime(startAt, wallClock), end: linkTime(endAt, wallClock) };
}

/** `path` with the query; empty values and the default period are left out, so that equal views have equal URLs. */
export function pageHref(path: string, query: Partial<PageQuery>, more: Record<string, string> = {}): string {
  const search = new URLSearchParams();
  if (query.site) search.set('site', query.site);
  if (query.station) search.set('station', query.station);
  if (query.part) search.set('part', query.part);
  if (query.period && query.period !== '1h') search.set('period', query.period);
  if (query.period === 'custom') {
    if (query.start) search.set('start', query.start);
    if (query.end) search.set('end', query.end);
  }
  if (query.kiosk) search.set('kiosk', '1');
  for (const [key, value] of Object.entries(more)) if (value !== '') search.set(key, value);
  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** The page of one station, with the other filters in the query. `query.site` as from `siteParam`. */
export function stationHref(
  station: string,
  query: Partial<PageQuery> = {},
  more: Record<string, string> = {},
): string {
  return pageHref(`/stations/${encodeURIComponent(station)}`, { ...query, station: undefined }, more);
}

/** The list an image is opened from: the filters of its page, and the verdict of its images. */
export type ImageListQuery = Partial<PageQuery> & { verdict?: string | undefined };

/** The page of one image, which stays within `list`; without, within all images of its station. */
export function imageHref(inspection: { id: number }, list: ImageListQuery = {}): string {
  const { verdict = '', ...query } = list;
  return pageHref(`/inspections/${inspection.id}`, { ...query, kiosk: false }, { verdict });
}

/** The URL of an image's bytes; it includes the revision, so it can be cached forever. */
export function imageSrc(inspection: { id: number; revision: number }, size: ImageSize): string {
  return `/images/${inspection.id}/${inspection.revision}/${size}`;
}
