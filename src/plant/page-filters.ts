import { AppError } from '../kernel/errors.ts';
import type { Clock } from '../kernel/time/clock.ts';
import type { WallClock } from '../kernel/time/time-zone.ts';
import { readAskedSite } from './asked-site.ts';
import { isOfShifts, linkTime, type PageQuery, type Period, periods } from './links.ts';
import type { PlantNames } from './names.ts';
import type { ShiftCalendar } from './shifts/shift-calendar.ts';
import type { ShiftPlans } from './shifts/shift-plans.ts';
import { type Sites, type SiteTag, siteChoices } from './sites.ts';
import { bucketsOf, findShift, parsePageWindow, type TimeWindow } from './time-window.ts';
import type { Verdict } from './yield.ts';

/** Longest name in a filter; file systems have no longer ones. */
const maxFilterLength = 255;

/** Which inspections are counted, by id. */
export type CountFilter = { siteId?: number; stationId?: number; partId?: number };

/** The filters of a page as read from its URL: the query, its window now, and the rows it selects. */
export type AskedView = {
  query: PageQuery;
  /** The site shown; null for several together and where there is only one. */
  site: SiteTag | null;
  /** Time zone of the page: the shown site's, or the own site's where several are shown together. */
  wallClock: WallClock;
  /** When the site of that time zone works; undefined where no shift plan was saved. */
  shifts: ShiftCalendar | undefined;
  /** A shift was asked for where there is none, and today is shown. */
  isWithoutShift: boolean;
  /** Periods that mean something here now. */
  periods: Period[];
  window: TimeWindow;
  /** The given end is not after the start; `window` is the minute from the start. */
  isReversed: boolean;
  buckets: TimeWindow[];
  bucketMs: number;
  filter: CountFilter;
  /** The named site, station or part does not exist, so nothing can be found. */
  isUnknown: boolean;
};

/**
 * Reads `site, station, part, period, start, end, kiosk` of a page's URL. A station without a site belongs to the own
 * site; without both, all sites are meant.
 *
 * A page that asks for a shift where there is none shows today and says so: screens go on when a plan is removed. For
 * programs (`isStrict`) that is refused.
 *
 * @throws AppError 'invalid' naming the field of a malformed period or time.
 */
export function readAskedView(
  search: URLSearchParams,
  {
    clock,
    sites,
    names,
    shifts: plans,
  }: { clock: Clock; sites: Sites; names: PlantNames; shifts: Pick<ShiftPlans, 'calendarOf'> },
  { isStrict = false } = {},
): AskedView {
  const text = (field: string) => (search.get(field) ?? '').slice(0, maxFilterLength) || undefined;
  const station = text('station');
  const site = readAskedSite(text('site'), station, sites);
  const { wallClock, tag } = site;
  const stationId =
    station === undefined || site.isUnknown ? undefined : names.findStationId(station, site.siteId);
  // The shifts of one station are those of its line.
  const shifts = plans.calendarOf(
    (tag && sites.find(tag.name)?.id) ?? sites.own.id,
    stationId === undefined ? undefined : names.lineIdOf(stationId),
  );
  const now = clock.now();
  const offered = periods.filter(
    (period) => !isOfShifts(period) || findShift(period, now, shifts) !== undefined,
  );
  const wanted = search.get('period')?.trim();
  const isMissing = !isStrict && isOfShifts(wanted) && !offered.includes(wanted);
  const { period, isReversed, ...window } = parsePageWindow(
    isMissing ? new URLSearchParams({ period: 'today' }) : search,
    now,
    wallClock,
    shifts,
  );
  const part = text('part');
  const partId = part === undefined ? undefined : names.findPartId(part);
  return {
    query: {
      site: site.param,
      // A former name means the station as it is called now.
      station: stationId === undefined ? station : names.stationName(stationId),
      part,
      period,
      ...(period === 'custom'
        ? { start: linkTime(window.startAt, wallClock), end: linkTime(window.endAt, wallClock) }
        : {}),
      kiosk: search.get('kiosk') === '1',
    },
    site: tag,
    wallClock,
    shifts,
    isWithoutShift: isMissing,
    periods: offered,
    window,
    isReversed,
    ...bucketsOf(window, wallClock),
    filter: {
      stationId,
      siteId: stationId === undefined ? site.siteId : undefined,
      partId,
    },
    isUnknown:
      site.isUnknown ||
      (station !== undefined && stationId === undefined) ||
      (part !== undefined && partId === undefined),
  };
}

/** The verdict that a list is filtered by, null for all; throws `invalid` for any other word. */
export function parseVerdict(search: URLSearchParams): Verdict | 'unmatched' | 'undecided' | null {
  const text = search.get('verdict') ?? '';
  if (text === '') return null;
  if (text === 'OK' || text === 'NG' || text === 'unmatched' || text === 'undecided') return text;
  throw new AppError('invalid', `The verdict "${text.slice(0, 40)}" is none of OK, NG and unmatched.`, {
    details: { field: 'verdict' },
  });
}

export type FilterForm = {
  /** Action of the GET form. */
  action: string;
  query: PageQuery;
  /** Sites to choose from; null where there is only one and on the page of a station. */
  sites: { name: string; label: string; isChosen: boolean }[] | null;
  /** Null on the page of a station, and while none of several sites is chosen: names may occur at more than one. */
  stations: string[] | null;
  /** Null where nothing is counted by model. */
  parts: string[] | null;
  /** Periods to choose from; shifts only where there is a plan of them. */
  periods: Period[];
  /** Values of the two `datetime-local` fields, local time of the site, with their offsets where a time occurs twice. */
  start: string;
  end: string;
  startOffset: string | undefined;
  endOffset: string | undefined;
  /** The given end is not after the start; the minute from the start is shown. */
  isReversed: boolean;
  /** What else the address of the page says, as hidden fields; empty values are left out. */
  carried: [name: string, value: string][];
};

/** The filter form of a page; the page of one station has no choice of stations. */
export function filterForm(
  { names, sites }: { names: PlantNames; sites: Sites },
  asked: AskedView,
  {
    action,
    isOfStation = false,
    carried = {},
  }: { action: string; isOfStation?: boolean; carried?: Record<string, string> },
): FilterForm {
  const { wallClock } = asked;
  const isSiteOpen = sites.isSeveral() && asked.site === null;
  const siteId = asked.site === null ? undefined : sites.find(asked.site.name)?.id;
  return {
    action,
    query: asked.query,
    sites: isOfStation ? null : siteChoices(sites, asked.site),
    stations: isOfStation || isSiteOpen ? null : names.listStations(siteId).map(({ name }) => name),
    parts: names.listParts().map(({ name }) => name),
    periods: asked.periods,
    start: wallClock.fieldText(asked.window.startAt),
    end: wallClock.fieldText(asked.window.endAt),
    startOffset: wallClock.offsetText(asked.window.startAt),
    endOffset: wallClock.offsetText(asked.window.endAt),
    isReversed: asked.isReversed,
    carried: Object.entries(carried).filter(([, value]) => value !== ''),
  };
}
