import { writeKeyset } from '../../kernel/db/keyset.ts';
import { AppError } from '../../kernel/errors.ts';
import { minuteMs } from '../../kernel/time/durations.ts';
import { atFixedTimes, type ImageListQuery, pageHref, siteParam, stationHref } from '../../plant/links.ts';
import { parseVerdict, readAskedView } from '../../plant/page-filters.ts';
import type { SiteTag } from '../../plant/sites.ts';
import type { TimeWindow } from '../../plant/time-window.ts';
import type { InspectionRef } from '../model.ts';
import type { ListFilter } from '../queries/inspection-queries.ts';
import type { InspectionReads } from '../reads.ts';

/** The images among which a viewer moves: those of the list that the image was opened from, or all of its station. */
export type ImageSet = {
  filter: ListFilter;
  /** Its query, with times that are fixed; undefined for all images of a station. */
  list: ImageListQuery | undefined;
  /** What it is limited to, as a page says it; null for all images of a station. */
  said: SaidSet | null;
  /** Whether an image is one of them. A verdict given meanwhile, or another view of the unit, may not be. */
  has(inspection: InspectionRef): boolean;
  /** The list itself at this image, on a page that begins with it where it is too far for the first one. */
  gridHref(inspection: InspectionRef, isFar: boolean): string;
};

export type SaidSet = {
  site: SiteTag | null;
  station: string | undefined;
  part: string | undefined;
  verdict: ListFilter['verdict'] | null;
  window: TimeWindow;
  /** It is not of today, so its times are printed with dates. */
  isDated: boolean;
};

/** Any of them makes an address one of a set. */
const fields = ['site', 'station', 'part', 'verdict', 'period', 'start', 'end'] as const;

/**
 * The set in the query of an image's page: the filters of lists (`site, station, part, verdict, period, start, end`). A
 * period that moves with the clock is fixed as it is now, but not without the images given: a page of cards that was open
 * for long shows older ones.
 *
 * @throws AppError 'invalid' for a malformed filter, 'not_found' for a site, station or model that nobody knows.
 */
export function readImageSet(
  search: URLSearchParams,
  images: readonly [InspectionRef, ...InspectionRef[]],
  reads: InspectionReads,
): ImageSet {
  if (!fields.some((field) => search.get(field))) return wholeStation(images[0], reads);
  const { names, clock } = reads;
  const asked = readAskedView(search, reads);
  if (asked.isUnknown) {
    throw new AppError(
      'not_found',
      'The images of this link are of a site, station or model that is not known.',
    );
  }
  const verdict = parseVerdict(search) ?? undefined;
  const earliest = Math.min(...images.map(({ capturedAt }) => Math.floor(capturedAt / minuteMs) * minuteMs));
  const { startAt, endAt } = asked.window;
  const window =
    asked.query.period === 'custom' ? { startAt, endAt } : { startAt: Math.min(startAt, earliest), endAt };
  const { siteId, stationId, partId } = asked.filter;
  const list = { ...atFixedTimes(asked.query, window, asked.wallClock), kiosk: false, verdict };
  const { station, part } = asked.query;
  const has = (image: InspectionRef) =>
    (siteId === undefined || names.siteIdOf(image.stationId) === siteId) &&
    (stationId === undefined || names.shownAs(image.stationId) === names.shownAs(stationId)) &&
    (partId === undefined || names.findPartId(image.part) === partId) &&
    (verdict === undefined || verdict === verdictOf(image)) &&
    image.capturedAt >= window.startAt &&
    image.capturedAt < window.endAt;
  return {
    filter: { ...asked.filter, window, verdict },
    list,
    has,
    said: {
      site: asked.site,
      station,
      part,
      verdict: verdict ?? null,
      window,
      isDated: startAt < asked.wallClock.startOfDay(clock.now()),
    },
    gridHref: (image, isFar) => {
      if (station === undefined) return pageHref('/inspections', list);
      const before = isFar ? justBehind(image) : '';
      const href = stationHref(station, list, { verdict: verdict ?? '', before });
      return `${href}#${has(image) ? `shot-${image.id}` : 'history'}`;
    },
  };
}

/** All images of a station, as a link without a set opens them. */
function wholeStation(image: InspectionRef, { names, sites }: InspectionReads): ImageSet {
  const site = siteParam(sites.tagOf(names.siteIdOf(image.stationId)));
  return {
    filter: { stationId: image.stationId },
    list: undefined,
    said: null,
    has: () => true,
    gridHref: () => stationHref(image.station, { site }),
  };
}

function verdictOf({ verdict, word }: InspectionRef): ListFilter['verdict'] {
  return verdict ?? (word === null ? 'unmatched' : 'undecided');
}

/** A page of a list that begins behind this place begins with the image. */
function justBehind({ capturedAt, id }: InspectionRef): string {
  return writeKeyset({ capturedAt, id: id + 1 });
}
