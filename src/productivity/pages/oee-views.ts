/**
 * Effectiveness and stops → what their pages print.
 *
 * Templates and their data:
 *   productivity/oee      OeePage
 *   productivity/stops    StopsPage
 *   productivity/hours    HoursPage
 *   productivity/_hours   HoursView       (GET /productivity/hours/board, container #productivity-hours)
 *   productivity/report   ReportPage
 */
import { coordinate } from '../../kernel/charts/svg.ts';
import type { PageFragments } from '../../kernel/stream/page-fragments.ts';
import { minuteMs } from '../../kernel/time/durations.ts';
import type { FilterForm } from '../../plant/page-filters.ts';
import type { PeriodSteps } from '../../plant/period-steps.ts';
import type { TimeWindow } from '../../plant/time-window.ts';
import type { Kept } from '../asked-board.ts';
import { type Oee, type SixLosses, sumOee } from '../oee/oee.ts';
import type { StationOee } from '../oee/oee-reads.ts';
import type { ShiftHour, Stop } from '../oee/station-shifts.ts';
import type { StopReason } from '../stops/stop-reasons.ts';

/** Bands of ORACLES: red below 65 %, amber below 85 %. */
export type OeeTone = 'ng' | 'warn' | 'ok' | 'unknown';

export function oeeTone(oee: number | null): OeeTone {
  if (oee === null) return 'unknown';
  if (oee < 0.65) return 'ng';
  return oee < 0.85 ? 'warn' : 'ok';
}

/** What every page over shifts has. */
export type ShiftsPage = {
  filters: FilterForm;
  steps: PeriodSteps;
  window: TimeWindow;
  isAssumed: boolean;
  kept: Kept | null;
  isDemo: boolean;
  here: string;
  /** The lines of the site, and the one it is narrowed to; '' for all. */
  lines: string[];
  line: string;
};

export type OeeRow = {
  name: string;
  isJudged: boolean;
  oee: Oee;
  tone: OeeTone;
  target: number | null;
  stopCount: number;
  worst: keyof SixLosses | null;
  stopsHref: string;
};

/** `path` draws the bar in a box 100 wide and 8 high. */
export type LossBar = { key: keyof SixLosses; ms: number; share: number; path: string };

export type CycleRow = { station: string | null; model: string | null; seconds: number; scope: string };

/** The stations of a line together. */
export type LineRow = { name: string; oee: Oee; tone: OeeTone; href: string };

export type OeePage = ShiftsPage & {
  total: Oee;
  tone: OeeTone;
  losses: LossBar[];
  lineRows: LineRow[];
  rows: OeeRow[];
  cycles: CycleRow[];
  stations: { id: number; name: string }[];
  models: { id: number; name: string }[];
  mayChange: boolean;
};

const lossKeys: readonly (keyof SixLosses)[] = [
  'breakdown',
  'setup',
  'minorStops',
  'reducedSpeed',
  'startUpRejects',
  'productionRejects',
];

export function oeeRows(list: readonly StationOee[], stopsHref: (station: string) => string): OeeRow[] {
  return list
    .map(
      ({ name, isJudged, oee, targetNow, shifts }): OeeRow => ({
        name,
        isJudged,
        oee,
        tone: isJudged ? oeeTone(oee.oee) : 'unknown',
        target: targetNow,
        stopCount: shifts.reduce((sum, { stops }) => sum + stops.length, 0),
        worst: isJudged ? worstLoss(oee.losses) : null,
        stopsHref: stopsHref(name),
      }),
    )
    .sort((a, b) => Number(b.isJudged) - Number(a.isJudged) || (a.oee.oee ?? 2) - (b.oee.oee ?? 2));
}

/** Units that judged stations made, and how many of them outside planned time. */
export function madeOf(list: readonly StationOee[]): { made: number; madeOutside: number } {
  const judged = list.filter(({ isJudged }) => isJudged);
  const made = judged.reduce((sum, one) => sum + one.made, 0);
  return { made, madeOutside: made - judged.reduce((sum, one) => sum + one.produced, 0) };
}

/** All judged stations together. */
export function totalOee(list: readonly StationOee[]): Oee {
  return sumOee(
    list.filter(({ isJudged }) => isJudged).flatMap(({ shifts }) => shifts.map(({ facts }) => facts)),
  );
}

function worstLoss(losses: SixLosses | null): keyof SixLosses | null {
  if (losses === null) return null;
  const [worst] = lossKeys.toSorted((a, b) => losses[b] - losses[a]);
  return worst !== undefined && losses[worst] > 0 ? worst : null;
}

/** The losses as bars, shares of planned busy time, in the order in which they are taken from it. */
export function lossBars({ losses, busyMs }: Oee): LossBar[] {
  if (losses === null || busyMs === 0) return [];
  return lossKeys.map((key) => {
    const share = Math.max(0, losses[key]) / busyMs;
    return { key, ms: losses[key], share, path: barPath(share) };
  });
}

function barPath(share: number): string {
  return `M0 0H${coordinate(100 * share)}V8H0Z`;
}

/** One stop as a line, with where its evidence is. */
export type StopRow = Stop & {
  station: string;
  /** Images of the station around the minute it began; null where it has none. */
  evidenceHref: string | null;
  reportHref: string;
};

/** Stops by reason, the most time first; `cumulative` is the share of all time up to and with this one. */
export type ReasonBar = {
  name: string | null;
  loss: Stop['loss'];
  isChangeOver: boolean;
  count: number;
  ms: number;
  cumulative: number;
  /** As of a LossBar, the longest one the whole width. */
  path: string;
};

export type StopsPage = ShiftsPage & {
  stations: string[];
  station: string;
  stops: StopRow[];
  moreCount: number;
  reasons: ReasonBar[];
  minorCount: number;
  csvHref: string;
  tree: StopReason[];
  mayChange: boolean;
  mayReport: boolean;
};

export function reasonBars(stops: readonly Stop[]): ReasonBar[] {
  const groups = Map.groupBy(
    stops,
    ({ reason, isChangeOver }) => reason?.name ?? (isChangeOver ? '\u0000' : ''),
  );
  const bars = [...groups.values()].map((group) => ({
    name: group[0]!.reason?.name ?? null,
    loss: group[0]!.loss,
    isChangeOver: group[0]!.reason === null && group[0]!.isChangeOver,
    count: group.length,
    ms: group.reduce((sum, { plannedMs }) => sum + plannedMs, 0),
  }));
  bars.sort((a, b) => b.ms - a.ms);
  const all = bars.reduce((sum, { ms }) => sum + ms, 0);
  let before = 0;
  return bars.map((bar) => {
    before += bar.ms;
    const path = barPath(bar.ms / Math.max(1, bars[0]?.ms ?? 0));
    return { ...bar, cumulative: all === 0 ? 0 : before / all, path };
  });
}

/** What was lost most in an hour, in words: a stop, rejects, slow running, or nothing to speak of. */
export type HourLoss =
  | { key: 'stop'; ms: number; reason: string | null; isChangeOver: boolean }
  | { key: 'rejects'; count: number }
  | { key: 'slow'; units: number }
  | { key: 'none' };

export type HourRow = TimeWindow & {
  target: number | null;
  actual: number;
  /** Null without a target, and before the hour has begun. */
  difference: number | null;
  isFuture: boolean;
  isRunning: boolean;
  loss: HourLoss;
};

export type HoursView = {
  /** The shift shown. */
  window: TimeWindow;
  shiftName: string;
  hours: HourRow[];
  total: { target: number | null; actual: number; outside: number; wholeTarget: number | null };
  /** Station or line that it is narrowed to; '' for the whole site. */
  scopeName: string;
  hasStations: boolean;
};

export type HoursPage = ShiftsPage & {
  live: PageFragments<'hours'>;
  stations: string[];
  station: string;
};

/** What is left of a stop in an hour is named from here on. */
const shortestNamedMs = 2 * minuteMs;
/** A loss below this share of the hour's target is nothing to speak of. */
const smallShare = 0.03;

/** The hours of a shift over stations: targets and units added up, the biggest loss of any of them named. */
export function hourRows(list: readonly StationOee[], now: number): HourRow[] {
  const shifts = list.filter(({ isJudged }) => isJudged).flatMap(({ shifts: read }) => read);
  const first = shifts[0];
  if (first === undefined) return [];
  return first.hours.map(({ startAt, endAt }, i) => {
    const hours = shifts.flatMap(({ hours: all, cycleMs }) => (all[i] ? [{ ...all[i], cycleMs }] : []));
    const targets = hours.map(({ target }) => target);
    const target = targets.includes(null) ? null : targets.reduce<number>((sum, one) => sum + (one ?? 0), 0);
    const actual = hours.reduce((sum, one) => sum + one.actual, 0);
    const isRunning = startAt <= now && now < endAt;
    // Of the running hour, what should be there by now.
    const due = target === null ? null : isRunning ? (target * (now - startAt)) / (endAt - startAt) : target;
    return {
      startAt,
      endAt,
      target,
      actual,
      difference: due === null || startAt > now ? null : actual - due,
      isFuture: startAt > now,
      isRunning,
      loss: startAt > now ? { key: 'none' } : biggestLoss(hours, due, actual),
    };
  });
}

function biggestLoss(
  hours: readonly (ShiftHour & { cycleMs: number | undefined })[],
  due: number | null,
  actual: number,
): HourLoss {
  const longest = hours
    .flatMap(({ longestStop }) => (longestStop && longestStop.ms >= shortestNamedMs ? longestStop : []))
    .toSorted((a, b) => b.ms - a.ms)[0];
  const rejects = hours.reduce((sum, one) => sum + one.rejects, 0);
  const cycleMs = hours.find((one) => one.cycleMs !== undefined)?.cycleMs;
  const stoppedUnits = longest && cycleMs ? longest.ms / cycleMs : 0;
  const missing = due === null ? 0 : due - actual;
  const stoppedMs = hours.reduce((sum, one) => sum + one.stoppedMs, 0);
  const slow = cycleMs === undefined ? 0 : missing - stoppedMs / cycleMs;
  if (longest && (cycleMs === undefined || (stoppedUnits >= rejects && stoppedUnits >= slow)))
    return { key: 'stop', ms: longest.ms, reason: longest.reason, isChangeOver: longest.isChangeOver };
  const enough = due === null ? 0 : due * smallShare;
  if (slow > rejects && slow > enough) return { key: 'slow', units: Math.round(slow) };
  return rejects > 0 && rejects > enough ? { key: 'rejects', count: rejects } : { key: 'none' };
}

/** Three taps at most: the stop, a group, a reason. */
export type ReportPage = {
  step: 'stop' | 'group' | 'reason' | 'none';
  stops: (StopRow & { href: string })[];
  chosen: { station: string; stationId: number; at: number; startAt: number; endAt: number | null } | null;
  groups: (StopReason & { href: string; isLeaf: boolean })[];
  reasons: StopReason[];
  backHref: string;
  hasReasons: boolean;
  mayChange: boolean;
  here: string;
};
