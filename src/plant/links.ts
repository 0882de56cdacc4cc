import { createHash } from 'node:crypto';
import type { LadderWidth } from '../kernel/images/thumbnails/thumbnail.ts';

/** The filters every page of the plant understands; they live in the URL and nowhere else. */
export type PageQuery = {
  /** Short name of a site; with a station, left out for the own one. */
  site?: string | undefined;
  station?: string | undefined;
  part?: string | undefined;
  period: Period;
  /** Only with `period: 'custom'`: site-local `YYYY-MM-DDTHH:MM`, as the two time fields print them. */
  start?: string | undefined;
  end?: string | undefined;
  kiosk?: boolean | undefined;
};

export const periods = ['1h', '1d', '1w', 'custom'] as const;
export type Period = (typeof periods)[number];

/** Sizes an image is served in; `original` is the file itself. */
export type ImageSize = 'strip.webp' | 'card.webp' | `w${LadderWidth}.${'webp' | 'jpg'}` | 'original';

/**
 * A short piece of DOM id for a station, the same on every page and after every restart. Any name is safe: plain
 * ones stay readable, all others become `_` and 96 bits of SHA-256, which no plain name can equal. `site` is the one
 * of `siteParam`.
 */
export function stationSlug(name: string, site?: string): string {
  // No folder's name holds a slash, so a station of another site equals none of the own.
  if (site !== undefined) return hashedSlug(`${site}/${name}`);
  if (/^[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*$/.test(name) && name.length <= 24) return name;
  return hashedSlug(name);
}

function hashedSlug(text: string): string {
  return `_${createHash('sha256').update(text).digest('base64url').slice(0, 16)}`;
}

/** What `?site=` of a station's address says: nothing for the own site's, or where there is only one. */
export function siteParam(site: { name: string; isOwn: boolean } | null): string | undefined {
  return site === null || site.isOwn ? undefined : site.name;
}

/** `path` with the query as its search part; empty values and the default period are left out, so equal views have equal URLs. */
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

/** The page of one station; the filters go along, except the station itself. `query.site` as `siteParam` has it. */
export function stationHref(
  station: string,
  query: Partial<PageQuery> = {},
  more: Record<string, string> = {},
): string {
  return pageHref(`/stations/${encodeURIComponent(station)}`, { ...query, station: undefined }, more);
}

/** The page of one image. */
export function imageHref(inspection: { id: number }): string {
  return `/inspections/${inspection.id}`;
}

/** The bytes of one image; may be cached for ever because the revision is part of it. */
export function imageSrc(inspection: { id: number; revision: number }, size: ImageSize): string {
  return `/images/${inspection.id}/${inspection.revision}/${size}`;
}
