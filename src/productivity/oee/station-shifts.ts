import { LRUCache } from 'lru-cache';
import type { Clock } from '../../kernel/time/clock.ts';
import { hourMs, minuteMs, secondMs } from '../../kernel/time/durations.ts';
import type { IdealCycles } from '../../plant/resources/ideal-cycles.ts';
import type { PlannedTime } from '../../plant/shifts/planned-time.ts';
import type { Shift } from '../../plant/shifts/shift-calendar.ts';
import { overlapMs, within } from '../../plant/shifts/stretches.ts';
import type { TimeWindow } from '../../plant/time-window.ts';
import type { PartUnits, UnitQueries } from '../queries/unit-queries.ts';
import { type FoundStop, findStops, type UnitMade } from '../stops/find-stops.ts';
import type { StopLoss, StopReason, StopReasons, StopReport } from '../stops/stop-reasons.ts';
import { type Made, type Oee, type OeeFacts, oeeOf } from './oee.ts';

/** A stop is longer than this, and than five ideal cycles. */
const shortestStopMs = 120 * secondMs;
const stopCycles = 5;
/** NG so soon after a stop are rejects of the start-up. */
const startUpMs = 30 * minuteMs;
/** Closed shifts kept: 24 stations over a month of three shifts. */
const maxCached = 2_500;
/** Late events and images of a closed shift come within this, most of them. */
const settledMs = 10 * minuteMs;

/** A stop with what people said of it. */
export type Stop = FoundStop & {
  stationId: number;
  reason: StopReason | null;
  report: StopReport | null;
  loss: StopLoss;
};

/** One hour of a shift: what was to be made, what was, and what was lost most. */
export type ShiftHour = TimeWindow & {
  plannedMs: number;
  /** Null without an ideal cycle. */
  target: number | null;
  actual: number;
  /** Stops within the hour, ms of planned time; the longest with its reason, null for one without. */
  stoppedMs: number;
  longestStop: { ms: number; reason: string | null; isChangeOver: boolean } | null;
  rejects: number;
};

/** One station in one shift, up to now. */
export type StationShift = {
  stationId: number;
  shift: Shift;
  stops: Stop[];
  minorCount: number;
  facts: OeeFacts;
  oee: Oee;
  /** Where units are known from. */
  source: 'events' | 'inspections' | 'none';
  cycleMs: number | undefined;
  /** Units to be made in the planned time so far, and in the whole shift; null without an ideal cycle. */
  targetNow: number | null;
  target: number | null;
  hours: ShiftHour[];
  /** Units made in the shift, those outside planned time with them; `oee` has those of planned time alone. */
  made: number;
};

export type StationShifts = {
  read(siteId: number, stationId: number, shift: Shift): Promise<StationShift>;
  /** Shifts that end after this instant are read again. */
  forgetSince(at: number): void;
};

export function createStationShifts(deps: {
  units: UnitQueries;
  reasons: StopReasons;
  cycles: Pick<IdealCycles, 'cycleOf'>;
  groupOf: (stationId: number) => readonly number[];
  plannedOf: (siteId: number) => PlannedTime;
  clock: Clock;
}): StationShifts {
  const { units, reasons, cycles, groupOf, clock } = deps;
  const closed = new LRUCache<string, StationShift>({ max: maxCached });

  async function read(siteId: number, stationId: number, shift: Shift): Promise<StationShift> {
    const planned = shift.planned.map(({ startAt, endAt }) => `${startAt}-${endAt}`);
    const key = [siteId, stationId, shift.startAt, shift.endAt, ...planned].join(':');
    const known = closed.get(key);
    if (known) return known;
    const found = await derive(siteId, stationId, shift);
    if (clock.now() > shift.endAt + settledMs) closed.set(key, found);
    return found;
  }

  async function derive(siteId: number, stationId: number, shift: Shift): Promise<StationShift> {
    const now = clock.now();
    const untilAt = Math.min(shift.endAt, now);
    const window = { startAt: shift.startAt, endAt: untilAt };
    const plannedNow = within(shift.planned, window);
    const ids = [...new Set([stationId, ...groupOf(stationId)])];
    const counts = (await Promise.all(ids.map((id) => units.listCounts(id, window))))
      .flat()
      .sort((a, b) => a.at - b.at);
    const inspected = await units.listInspected(ids, window);
    const parts = sumParts(
      await Promise.all(plannedNow.map((stretch) => units.sumInspected(ids, wholeMinutes(stretch)))),
    );
    const source = counts.length > 0 ? 'events' : inspected.length > 0 ? 'inspections' : 'none';
    const made: UnitMade[] = source === 'events' ? counts.map(({ at }) => ({ at, partId: null })) : inspected;
    const main = parts.toSorted((a, b) => b.ok + b.ng - (a.ok + a.ng))[0];
    const cycleOf = (partId: number) => cycles.cycleOf({ siteId, stationId, partId, at: shift.startAt });
    const cycleMs = cycleOf(main?.partId ?? 0);
    const limitMs = Math.max(shortestStopMs, stopCycles * (cycleMs ?? 0));
    const {
      stops: gaps,
      minorMs,
      minorCount,
    } = findStops(made, shift.planned, { untilAt, limitMs, cycleMs });
    const stops = await explained(stationId, gaps, shift);

    const plannedMs = overlapMs(shift.planned, window);
    const lost = (loss: StopLoss) =>
      stops.filter((stop) => stop.loss === loss).reduce((sum, stop) => sum + stop.plannedMs, 0);
    const startUp = startUpRejects(inspected, stops, plannedNow);
    const facts: OeeFacts = {
      busyMs: plannedMs - lost('planned'),
      breakdownMs: lost('breakdown'),
      setupMs: lost('setup'),
      minorMs,
      made:
        source === 'events'
          ? [countedUnits(counts, plannedNow, parts, { startUp, cycleMs })]
          : parts.map(({ partId, ok, ng }) => ({
              produced: ok + ng,
              good: ok,
              startUpRejects: startUp.get(partId) ?? 0,
              cycleMs: cycleOf(partId),
            })),
    };
    const targetOf = (ms: number) => (cycleMs === undefined ? null : ms / cycleMs);
    const rejects = inspected.filter(({ isNg }) => isNg);
    const madeIn = (span: TimeWindow) => {
      const isIn = ({ at }: { at: number }) => at >= span.startAt && at < span.endAt;
      return source === 'events'
        ? counts.filter(isIn).reduce((sum, { count }) => sum + count, 0)
        : inspected.filter(isIn).length;
    };
    return {
      stationId,
      shift,
      made: madeIn(window),
      stops,
      minorCount,
      facts,
      oee: oeeOf(facts),
      source,
      cycleMs,
      targetNow: targetOf(plannedMs),
      target: targetOf(overlapMs(shift.planned, shift)),
      hours: hoursOf(shift, deps.plannedOf(siteId)).map((hour) => {
        const within = ({ at }: { at: number }) => at >= hour.startAt && at < hour.endAt;
        const hourPlannedMs = overlapMs(shift.planned, hour);
        return {
          ...hour,
          plannedMs: hourPlannedMs,
          target: targetOf(hourPlannedMs),
          actual: madeIn(hour),
          ...stopsIn(hour, stops, shift.planned),
          rejects: rejects.filter(within).length,
        };
      }),
    };
  }

  /** Stops with the last report that lies in each. */
  async function explained(stationId: number, gaps: readonly FoundStop[], shift: Shift): Promise<Stop[]> {
    const reports = gaps.length === 0 ? [] : await reasons.listReports([stationId], shift);
    return Promise.all(
      gaps.map(async (gap) => {
        const report = reports.findLast(({ at }) => at >= gap.startAt && at < gap.endAt) ?? null;
        const reason = report === null ? null : ((await reasons.find(report.reasonId)) ?? null);
        return {
          ...gap,
          stationId,
          report,
          reason,
          loss: reason?.loss ?? (gap.isChangeOver ? ('setup' as const) : ('breakdown' as const)),
        };
      }),
    );
  }

  return {
    read,
    forgetSince: (at) => {
      for (const [key, { shift }] of closed.entries()) if (shift.endAt > at) closed.delete(key);
    },
  };
}

/** Counts by the minute serve a stretch of whole minutes; the present minute is counted as far as it has come. */
function wholeMinutes({ startAt, endAt }: TimeWindow): TimeWindow {
  return { startAt, endAt: Math.ceil(endAt / minuteMs) * minuteMs };
}

function sumParts(lists: readonly PartUnits[][]): PartUnits[] {
  const byPart = new Map<number, PartUnits>();
  for (const { partId, ok, ng } of lists.flat()) {
    const known = byPart.get(partId) ?? { partId, ok: 0, ng: 0 };
    byPart.set(partId, { partId, ok: known.ok + ok, ng: known.ng + ng });
  }
  return [...byPart.values()];
}

/** Units that events count; how many of them were good is what inspections of the same station say of theirs. */
function countedUnits(
  counts: readonly { at: number; count: number }[],
  planned: readonly TimeWindow[],
  parts: readonly PartUnits[],
  { startUp, cycleMs }: { startUp: ReadonlyMap<number, number>; cycleMs: number | undefined },
): Made {
  const isPlanned = (at: number) => planned.some(({ startAt, endAt }) => at >= startAt && at < endAt);
  const produced = counts.filter(({ at }) => isPlanned(at)).reduce((sum, { count }) => sum + count, 0);
  const ng = parts.reduce((sum, part) => sum + part.ng, 0);
  const judged = parts.reduce((sum, part) => sum + part.ok + part.ng, 0);
  if (judged === 0) return { produced, good: null, startUpRejects: 0, cycleMs };
  const rejected = (produced * ng) / judged;
  const early = [...startUp.values()].reduce((sum, count) => sum + count, 0);
  return {
    produced,
    good: produced - rejected,
    startUpRejects: ng === 0 ? 0 : (rejected * Math.min(early, ng)) / ng,
    cycleMs,
  };
}

/** NG in planned time within half an hour after a stop or a change-over, by model. */
function startUpRejects(
  inspected: readonly { at: number; partId: number; isNg: boolean }[],
  stops: readonly FoundStop[],
  planned: readonly TimeWindow[],
): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (const { at, partId, isNg } of inspected) {
    if (!isNg || !planned.some(({ startAt, endAt }) => at >= startAt && at < endAt)) continue;
    if (stops.some(({ endAt, isOpen }) => !isOpen && at >= endAt && at < endAt + startUpMs))
      found.set(partId, (found.get(partId) ?? 0) + 1);
  }
  return found;
}

/** The local hours of a shift; the first and the last may be shorter. */
function hoursOf(shift: TimeWindow, { wallClock }: PlannedTime): TimeWindow[] {
  const hours: TimeWindow[] = [];
  for (let startAt = shift.startAt; startAt < shift.endAt; ) {
    const endAt = Math.min(shift.endAt, wallClock.startOfHour(startAt) + hourMs);
    hours.push({ startAt, endAt });
    startAt = endAt;
  }
  return hours;
}

function stopsIn(hour: TimeWindow, stops: readonly Stop[], planned: readonly TimeWindow[]) {
  let stoppedMs = 0;
  let longestStop: ShiftHour['longestStop'] = null;
  for (const stop of stops) {
    const part = { startAt: Math.max(stop.startAt, hour.startAt), endAt: Math.min(stop.endAt, hour.endAt) };
    const ms = part.endAt > part.startAt ? overlapMs(planned, part) : 0;
    if (ms === 0 || stop.loss === 'planned') continue;
    stoppedMs += ms;
    if (ms > (longestStop?.ms ?? 0))
      longestStop = { ms, reason: stop.reason?.name ?? null, isChangeOver: stop.isChangeOver };
  }
  return { stoppedMs, longestStop };
}
