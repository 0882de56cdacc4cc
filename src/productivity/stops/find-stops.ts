import { overlapMs } from '../../plant/shifts/stretches.ts';
import type { TimeWindow } from '../../plant/time-window.ts';

/** When a station made a unit; `partId` where images tell. */
export type UnitMade = { at: number; partId: number | null };

/** Planned time without a unit, longer than the limit. `plannedMs` is what of it was planned. */
export type FoundStop = TimeWindow & {
  plannedMs: number;
  /** Another model was made after it than before. */
  isChangeOver: boolean;
  /** No unit has ended it yet. */
  isOpen: boolean;
};

export type FoundStops = {
  stops: FoundStop[];
  /** Planned time of shorter gaps beyond one cycle each, ms. */
  minorMs: number;
  minorCount: number;
};

/** A gap as long as this many cycles is no normal run any more. */
const minorCycles = 2;

/**
 * Stops of a station in planned stretches, in order, up to `untilAt`: from a unit, or the begin of planned time, to the next
 * unit, or the end. Breaks within a stop do not count. Source: DECISIONS, "Activity and OEE".
 */
export function findStops(
  units: readonly UnitMade[],
  planned: readonly TimeWindow[],
  { untilAt, limitMs, cycleMs }: { untilAt: number; limitMs: number; cycleMs: number | undefined },
): FoundStops {
  const found: FoundStops = { stops: [], minorMs: 0, minorCount: 0 };
  const first = planned[0];
  if (first === undefined) return found;
  const endAt = Math.min(planned.at(-1)!.endAt, untilAt);
  let from: { at: number; partId: number | null } = { at: first.startAt, partId: null };
  const look = (to: { at: number; partId: number | null }, isOpen: boolean) => {
    const gap = { startAt: Math.max(from.at, first.startAt), endAt: Math.min(to.at, endAt) };
    const plannedMs = gap.endAt > gap.startAt ? overlapMs(planned, gap) : 0;
    if (plannedMs > limitMs) {
      const isChangeOver = from.partId !== null && to.partId !== null && from.partId !== to.partId;
      found.stops.push({ ...cut(gap, planned), plannedMs, isChangeOver, isOpen });
    } else if (!isOpen && cycleMs !== undefined && plannedMs > minorCycles * cycleMs) {
      found.minorMs += plannedMs - cycleMs;
      found.minorCount += 1;
    }
    from = to;
  };
  for (const unit of units) if (unit.at < endAt) look(unit, false);
  look({ at: endAt, partId: null }, untilAt < planned.at(-1)!.endAt);
  return found;
}

/** A stop without the break it would begin or end with. */
function cut({ startAt, endAt }: TimeWindow, planned: readonly TimeWindow[]): TimeWindow {
  const inside = planned.filter((one) => one.startAt < endAt && one.endAt > startAt);
  return {
    startAt: Math.max(startAt, inside[0]?.startAt ?? startAt),
    endAt: Math.min(endAt, inside.at(-1)?.endAt ?? endAt),
  };
}
