import { AppError } from '../kernel/errors.ts';
import type { WallClock } from '../kernel/time/time-zone.ts';
import { isOfShifts, linkTime, type PageQuery, type Period, periods } from '../plant/links.ts';
import type { FilterForm } from '../plant/page-filters.ts';
import { type PeriodSteps, periodSteps } from '../plant/period-steps.ts';
import type { Line } from '../plant/resources/lines.ts';
import type { PlannedTime } from '../plant/shifts/planned-time.ts';
import type { ShiftCalendar } from '../plant/shifts/shift-calendar.ts';
import { findShift, parsePageWindow, type TimeWindow } from '../plant/time-window.ts';
import type { ProductivityDeps } from './deps.ts';

/** What a page of productivity is asked for: by default the shift, or where there is none today. */
export type AskedBoard = {
  siteId: number;
  /** The line it is narrowed to; undefined for the whole site. */
  line: Line | undefined;
  window: TimeWindow;
  query: PageQuery;
  planned: PlannedTime;
  shifts: ShiftCalendar | undefined;
  wallClock: WallClock;
  isReversed: boolean;
  periods: Period[];
  /** Planned stretches of the window. */
  plannedStretches: TimeWindow[];
  /** Planned time of the window is assumed, not set. */
  isAssumed: boolean;
};

/** @throws AppError 'invalid' naming the field of a malformed period or time, 'not_found' for a line that is none. */
export function readAskedBoard(
  deps: ProductivityDeps,
  { search, kiosk }: { search: URLSearchParams; kiosk: boolean },
): AskedBoard {
  const { reads, sites, clock } = deps;
  const siteId = reads.siteId();
  const line = askedLine(deps, siteId, search.get('line') ?? '');
  const planned = reads.plannedOf(siteId, line?.id);
  const wallClock = sites.wallClockOf(siteId);
  const shifts = deps.shifts.calendarOf(siteId, line?.id);
  const now = clock.now();
  const offered = periods.filter((one) => !isOfShifts(one) || findShift(one, now, shifts) !== undefined);
  const usual: Period = offered.includes('shift') ? 'shift' : 'today';
  const asked = new URLSearchParams(search);
  const wanted = asked.get('period')?.trim();
  const isTimed = asked.has('start') || asked.has('end');
  if ((!wanted && !isTimed) || (isOfShifts(wanted) && !offered.includes(wanted))) asked.set('period', usual);
  const { period, isReversed, ...window } = parsePageWindow(asked, now, wallClock, shifts);
  return {
    siteId,
    line,
    window,
    query: {
      period,
      ...(period === 'custom'
        ? { start: linkTime(window.startAt, wallClock), end: linkTime(window.endAt, wallClock) }
        : {}),
      kiosk,
    },
    planned,
    shifts,
    wallClock,
    isReversed,
    periods: offered,
    plannedStretches: planned.shiftsIn(window).flatMap((shift) => shift.planned),
    isAssumed: planned.isAssumed(window),
  };
}

function askedLine({ lines }: ProductivityDeps, siteId: number, name: string): Line | undefined {
  if (name === '') return undefined;
  const line = lines.find(siteId, name.normalize('NFC'));
  if (line === undefined) throw new AppError('not_found', `There is no line "${name.slice(0, 100)}".`);
  return line;
}

/** What retention has deleted of a window: a text under `productivity.kept`, and the instant since which it is there. */
export type Kept = { key: 'persons' | 'units'; at: number };

/** Null where nothing of the window was deleted. */
export function keptOf(key: Kept['key'], at: number, { startAt }: TimeWindow): Kept | null {
  return startAt < at ? { key, at } : null;
}

/** The address of a page of productivity; unlike that of other pages it always names the period. */
export function boardHref(path: string, query: PageQuery, more: Record<string, string> = {}): string {
  const search = new URLSearchParams({ period: query.period });
  if (query.period === 'custom') {
    if (query.start) search.set('start', query.start);
    if (query.end) search.set('end', query.end);
  }
  if (query.kiosk) search.set('kiosk', '1');
  for (const [key, value] of Object.entries(more)) if (value !== '') search.set(key, value);
  return `${path}?${search}`;
}

/** The filter form of a page of productivity: a period alone. */
export function boardFilters(
  asked: AskedBoard,
  action: string,
  carried: Record<string, string> = {},
): FilterForm {
  const { wallClock, window, query, isReversed } = asked;
  return {
    action,
    query,
    sites: null,
    stations: null,
    parts: null,
    periods: asked.periods,
    start: wallClock.fieldText(window.startAt),
    end: wallClock.fieldText(window.endAt),
    startOffset: wallClock.offsetText(window.startAt),
    endOffset: wallClock.offsetText(window.endAt),
    isReversed,
    carried: Object.entries(carried).filter(([, value]) => value !== ''),
  };
}

export function boardSteps(
  { query, window, wallClock, shifts }: AskedBoard,
  now: number,
  path: string,
  more: Record<string, string> = {},
): PeriodSteps {
  return periodSteps(query, window, { now, wallClock, shifts }, (to) => boardHref(path, to, more));
}
