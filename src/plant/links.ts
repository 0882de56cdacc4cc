import { createHash } from 'node:crypto';

/** The filters every page of the plant understands; they live in the URL and nowhere else. */
export type PageQuery = {
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
export type ImageSize = 'strip.webp' | 'card.webp' | 'original';

/**
 * A short piece of DOM id for a station, the same on every page and after every restart. Any name is safe: plain
 * ones stay readable, all others become `_` and 96 bits of SHA-256, which no plain name can equal.
 */
export function stationSlug(name: string): string {
  if (/^[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*$/.test(name) && name.length <= 24) return name;
  return `_${createHash('sha256').update(name).digest('base64url').slice(0, 16)}`;
}

/** `path` with the query as its search part; empty values and the default period are left out, so equal views have equal URLs. */
export function pageHref(path: string, query: Partial<PageQuery>, more: Record<string, string> = {}): string {
  const search = new URLSearchParams();
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

/** The page of one station; the filters go along, except the station itself. */
export function stationHref(station: string, query: Partial<PageQuery> = {}): string {
  return pageHref(`/stations/${encodeURIComponent(station)}`, { ...query, station: undefined });
}

/** The page of one image. */
export function imageHref(inspection: { id: number }): string {
  return `/inspections/${inspection.id}`;
}

/** The bytes of one image; may be cached for ever because the revision is part of it. */
export function imageSrc(inspection: { id: number; revision: number }, size: ImageSize): string {
  return `/images/${inspection.id}/${inspection.revision}/${size}`;
}
