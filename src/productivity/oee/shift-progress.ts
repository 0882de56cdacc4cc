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
  /** What should be made by now; null where some station has no ideal cycle. */
  due: number | null;
};

export type ReadShiftProgress = (siteId: number, scope?: OeeScope) => Promise<ShiftProgress | undefined>;

/** Reads output against plan; undefined while no shift runs. */
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
    const targets = list.map(({ targetNow }) => targetNow);
    return {
      shift,
      list,
      made: list.reduce((sum, { made }) => sum + made, 0),
      due:
        list.length === 0 || targets.includes(null)
          ? null
          : targets.reduce<number>((sum, target) => sum + (target ?? 0), 0),
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
