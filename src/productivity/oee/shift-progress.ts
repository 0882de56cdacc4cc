import { LRUCache } from 'lru-cache';
import type { Clock } from '../../kernel/time/clock.ts';
import { secondMs } from '../../kernel/time/durations.ts';
import type { PlannedOf } from '../../plant/shifts/planned-time.ts';
import type { Shift } from '../../plant/shifts/shift-calendar.ts';
import type { OeeReads, OeeScope, StationOee } from './oee-reads.ts';

/** A shift has thousands of units, and a screen asks with every image: what was read serves so long. */
const keptMs = 15 * secondMs;
const maxKept = 200;

/** The shift that runs now, up to now. */
export type ShiftProgress = {
  shift: Shift;
  list: StationOee[];
  made: number;
  /** What should be made by now over the stations that have a target; null where none has. */
  due: number | null;
};

export type ReadShiftProgress = (siteId: number, scope?: OeeScope) => Promise<ShiftProgress | undefined>;

/** Reads output against plan; undefined while no shift runs. `made` is of the stations with a target where any has one. */
export function createShiftProgress({
  oee,
  plannedOf,
  clock,
}: {
  oee: OeeReads;
  plannedOf: PlannedOf;
  clock: Clock;
}): ReadShiftProgress {
  const kept = new LRUCache<string, { at: number; progress: Promise<ShiftProgress | undefined> }>({
    max: maxKept,
  });

  async function read(siteId: number, scope: OeeScope): Promise<ShiftProgress | undefined> {
    const now = clock.now();
    const shift = plannedOf(siteId, scope.lineId)
      .shiftsIn({ startAt: now, endAt: now + 1 })
      .at(-1);
    if (shift === undefined) return undefined;
    const list = (await oee.readShift(siteId, shift, scope)).filter(({ isJudged }) => isJudged);
    const targeted = list.filter(({ targetNow }) => targetNow !== null);
    const sum = (values: readonly (number | null)[]) =>
      values.reduce<number>((all, one) => all + (one ?? 0), 0);
    const hasTarget = targeted.length > 0;
    return {
      shift,
      list,
      made: sum((hasTarget ? targeted : list).map(({ made }) => made)),
      due: hasTarget ? sum(targeted.map(({ targetNow }) => targetNow)) : null,
    };
  }

  return (siteId, scope = {}) => {
    const key = `${siteId}:${scope.lineId ?? ''}:${scope.stationId ?? ''}`;
    const known = kept.get(key);
    const now = clock.now();
    if (known && now - known.at < keptMs && now >= known.at) return known.progress;
    const progress = read(siteId, scope);
    kept.set(key, { at: now, progress });
    // What failed is read again at once.
    progress.catch(() => kept.delete(key));
    return progress;
  };
}
