import type { Queryable } from '../../kernel/db/database.ts';
import { perDatabase } from '../../kernel/db/prepared.ts';
import { createRowWriter } from '../../kernel/db/row-writer.ts';
import { dayMs, hourMs } from '../../kernel/time/durations.ts';
import type { Db } from '../../schema/db.ts';
import type { ActivityState, Segment } from '../model.ts';

/** Length of a roll-up of each level, ms; all are aligned to 1970 in UTC. */
export const rollUpMs = [hourMs, dayMs, 32 * dayMs] as const;

/** What a roll-up adds up: time in states, ms, of it within planned time, units made, and events. */
export type ActivitySums = Record<SumKey, number>;
export const sumKeys = [
  'workingMs',
  'idleMs',
  'absentMs',
  'plannedWorkingMs',
  'plannedIdleMs',
  'plannedAbsentMs',
  'units',
  'events',
] as const;
export type SumKey = (typeof sumKeys)[number];

const keyOfState = { working: 'workingMs', idle: 'idleMs', absent: 'absentMs' } as const;
const plannedKeyOfState = {
  working: 'plannedWorkingMs',
  idle: 'plannedIdleMs',
  absent: 'plannedAbsentMs',
} as const satisfies Record<ActivityState, SumKey>;

export function noSums(): ActivitySums {
  return {
    workingMs: 0,
    idleMs: 0,
    absentMs: 0,
    plannedWorkingMs: 0,
    plannedIdleMs: 0,
    plannedAbsentMs: 0,
    units: 0,
    events: 0,
  };
}

/** Adds time of a segment to `sums` in place. */
export function addTime(
  sums: ActivitySums,
  { state, isPlanned }: Pick<Segment, 'state' | 'isPlanned'>,
  ms: number,
) {
  sums[keyOfState[state]] += ms;
  if (isPlanned) sums[plannedKeyOfState[state]] += ms;
}

type Row = ActivitySums & { level: number; startAt: number; stationId: number; workerId: number };

const place = ['level', 'stationId', 'workerId', 'startAt'] as const;
const writerOf = perDatabase((db: Db) =>
  createRowWriter(db, db.tables.activityRollUps, [...place, ...sumKeys], { target: place, add: sumKeys }),
);

/** Changes of roll-ups, summed up until they are written in one go. */
export class RollUpChanges {
  readonly #rows = new Map<string, Row>();

  addSegment(segment: Segment, sign: 1 | -1): void {
    for (const [level, lengthMs] of rollUpMs.entries()) {
      let from = segment.startAt;
      while (from < segment.endAt) {
        const startAt = Math.floor(from / lengthMs) * lengthMs;
        const to = Math.min(segment.endAt, startAt + lengthMs);
        addTime(this.#row(level, startAt, segment.stationId, segment.workerId), segment, sign * (to - from));
        from = to;
      }
    }
  }

  addEvent(
    { stationId, at, count }: { stationId: number; at: number; count: number },
    workerIds: readonly number[],
  ): void {
    for (const workerId of workerIds) {
      for (const [level, lengthMs] of rollUpMs.entries()) {
        const row = this.#row(level, Math.floor(at / lengthMs) * lengthMs, stationId, workerId);
        row.events += 1;
        row.units += count;
      }
    }
  }

  async write(db: Db, q: Queryable): Promise<void> {
    const changed = [...this.#rows.values()].filter((row) => sumKeys.some((key) => row[key] !== 0));
    // In order, so that two processes never wait for each other.
    changed.sort(
      (a, b) =>
        a.level - b.level || a.stationId - b.stationId || a.workerId - b.workerId || a.startAt - b.startAt,
    );
    await writerOf(db)(q, changed);
  }

  #row(level: number, startAt: number, stationId: number, workerId: number): Row {
    const key = `${level}:${startAt}:${stationId}:${workerId}`;
    const row = this.#rows.get(key) ?? { level, startAt, stationId, workerId, ...noSums() };
    this.#rows.set(key, row);
    return row;
  }
}
