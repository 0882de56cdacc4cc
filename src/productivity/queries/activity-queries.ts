import { and, asc, eq, gt, gte, inArray, lt, lte, type SQL, sql } from 'drizzle-orm';
import { type Placeholders, prepared } from '../../kernel/db/prepared.ts';
import type { TimeWindow } from '../../plant/time-window.ts';
import type { Db } from '../../schema/db.ts';
import { type Segment, stationItself } from '../model.ts';
import { longestSegmentMs } from '../recording/derive-segments.ts';
import { type ActivitySums, addTime, noSums, type SumKey, sumKeys } from '../recording/roll-up-sums.ts';
import { splitWindow } from './window-parts.ts';

/** Segments read at once: a week of a busy worker. */
const maxSegments = 20_000;
/** Ids in one statement. */
const idsPerStatement = 512;

/** Reads of what is derived of events. Time after `now` is not counted: the last segment of a worker may end in the future. */
export type ActivityQueries = {
  /** Sums by worker; those without any are left out. */
  sumByWorker(
    workerIds: readonly number[],
    window: TimeWindow,
    now: number,
  ): Promise<Map<number, ActivitySums>>;
  /** Sums by station, its workers' time as their union; those without any are left out. */
  sumByStation(
    stationIds: readonly number[],
    window: TimeWindow,
    now: number,
  ): Promise<Map<number, ActivitySums>>;
  /** How many workers were active at each station; 0 is left out. */
  countWorkers(stationIds: readonly number[], window: TimeWindow, now: number): Promise<Map<number, number>>;
  /** Segments that overlap a window, in order, clipped to it and to `now`. */
  listSegments(of: SegmentsOf, window: TimeWindow, now: number): Promise<Segment[]>;
};

/** Segments of workers, of stations themselves, or of whoever was at a station. */
export type SegmentsOf =
  | { workerIds: readonly number[] }
  | { stationIds: readonly number[] }
  | { atStationId: number };

type Of = 'worker' | 'station';

/** `eventsFrom`: before it there are no single events, and units are counted by the hours that begin in a window. */
export function createActivityQueries(db: Db, eventsFrom: () => number): ActivityQueries {
  const { activityEvents: events, activitySegments: segments, activityRollUps: rollUps } = db.tables;
  const sums = Object.fromEntries(
    sumKeys.map((key) => [key, sql`coalesce(sum(${rollUps[key]}), 0)`.mapWith(Number)]),
  ) as Record<SumKey, SQL<number>>;

  const selectRollUps = {
    worker: prepared(
      (value: Placeholders<{ level: number; fromAt: number; untilAt: number; ids: readonly number[] }>) =>
        db.read
          .select({ id: rollUps.workerId, ...sums })
          .from(rollUps)
          .where(
            and(
              inArray(rollUps.workerId, value.ids),
              eq(rollUps.level, value.level),
              gte(rollUps.startAt, value.fromAt),
              lt(rollUps.startAt, value.untilAt),
            ),
          )
          .groupBy(rollUps.workerId),
    ),
    station: prepared(
      (value: Placeholders<{ level: number; fromAt: number; untilAt: number; ids: readonly number[] }>) =>
        db.read
          .select({ id: rollUps.stationId, ...sums })
          .from(rollUps)
          .where(
            and(
              eq(rollUps.level, value.level),
              inArray(rollUps.stationId, value.ids),
              eq(rollUps.workerId, sql`${stationItself}`),
              gte(rollUps.startAt, value.fromAt),
              lt(rollUps.startAt, value.untilAt),
            ),
          )
          .groupBy(rollUps.stationId),
    ),
  };

  const ofWindow = (value: Placeholders<{ fromAt: number; untilAt: number; endUntil: number }>) => [
    gt(segments.endAt, value.fromAt),
    lte(segments.endAt, value.endUntil),
    lt(segments.startAt, value.untilAt),
  ];
  type Segments = {
    fromAt: number;
    untilAt: number;
    endUntil: number;
    ids: readonly number[];
    limit: number;
  };
  const selectSegments = {
    worker: prepared((value: Placeholders<Segments>) =>
      db.read
        .select()
        .from(segments)
        .where(and(inArray(segments.workerId, value.ids), ...ofWindow(value)))
        .orderBy(asc(segments.startAt))
        .limit(value.limit),
    ),
    station: prepared((value: Placeholders<Segments>) =>
      db.read
        .select()
        .from(segments)
        .where(
          and(
            inArray(segments.stationId, value.ids),
            eq(segments.workerId, sql`${stationItself}`),
            ...ofWindow(value),
          ),
        )
        .orderBy(asc(segments.startAt))
        .limit(value.limit),
    ),
    atStation: prepared((value: Placeholders<Segments>) =>
      db.read
        .select()
        .from(segments)
        .where(
          and(
            inArray(segments.stationId, value.ids),
            gt(segments.workerId, sql`${stationItself}`),
            ...ofWindow(value),
          ),
        )
        .orderBy(asc(segments.startAt))
        .limit(value.limit),
    ),
  };

  const counted = {
    units: sql`coalesce(sum(${events.count}), 0)`.mapWith(Number),
    events: sql`count(*)`.mapWith(Number),
  };
  type Events = { fromAt: number; untilAt: number; ids: readonly number[] };
  const selectEvents = {
    worker: prepared((value: Placeholders<Events>) =>
      db.read
        .select({ id: events.workerId, ...counted })
        .from(events)
        .where(
          and(
            inArray(events.workerId, value.ids),
            gte(events.at, value.fromAt),
            lt(events.at, value.untilAt),
          ),
        )
        .groupBy(events.workerId),
    ),
    station: prepared((value: Placeholders<Events>) =>
      db.read
        .select({ id: events.stationId, ...counted })
        .from(events)
        .where(
          and(
            inArray(events.stationId, value.ids),
            gte(events.at, value.fromAt),
            lt(events.at, value.untilAt),
          ),
        )
        .groupBy(events.stationId),
    ),
  };

  const selectPresent = prepared(
    (value: Placeholders<{ level: number; fromAt: number; untilAt: number; ids: readonly number[] }>) =>
      db.read
        .selectDistinct({ stationId: rollUps.stationId, workerId: rollUps.workerId })
        .from(rollUps)
        .where(
          and(
            eq(rollUps.level, value.level),
            inArray(rollUps.stationId, value.ids),
            gt(rollUps.workerId, sql`${stationItself}`),
            gte(rollUps.startAt, value.fromAt),
            lt(rollUps.startAt, value.untilAt),
          ),
        ),
  );
  const selectPresentNow = prepared((value: Placeholders<Omit<Segments, 'limit'>>) =>
    db.read
      .selectDistinct({ stationId: segments.stationId, workerId: segments.workerId })
      .from(segments)
      .where(
        and(
          inArray(segments.stationId, value.ids),
          gt(segments.workerId, sql`${stationItself}`),
          ...ofWindow(value),
        ),
      ),
  );

  async function countWorkers(stationIds: readonly number[], window: TimeWindow, now: number) {
    const present = new Map<number, Set<number>>();
    const { rollUps: wholes, edges } = splitWindow(window, now);
    for (const ids of chunks(stationIds)) {
      const reads = [
        ...wholes.map(({ level, startAt, endAt }) =>
          selectPresent({ ids, level, fromAt: startAt, untilAt: endAt }),
        ),
        ...edges.map(({ startAt, endAt }) =>
          selectPresentNow({ ids, fromAt: startAt, untilAt: endAt, endUntil: endAt + longestSegmentMs }),
        ),
      ];
      for (const { stationId, workerId } of (await Promise.all(reads)).flat()) {
        const workers = present.get(stationId) ?? new Set();
        present.set(stationId, workers.add(workerId));
      }
    }
    return new Map([...present].map(([stationId, workers]) => [stationId, workers.size]));
  }

  const idOf = (of: Of, segment: Segment) => (of === 'worker' ? segment.workerId : segment.stationId);

  async function readSegments(
    of: Of | 'atStation',
    ids: readonly number[],
    window: TimeWindow,
    now: number,
  ): Promise<Segment[]> {
    const found: Segment[] = [];
    const endAt = Math.min(window.endAt, now);
    for (const some of chunks(ids)) {
      const rows = await selectSegments[of]({
        ids: some,
        fromAt: window.startAt,
        untilAt: endAt,
        endUntil: endAt + longestSegmentMs,
        limit: maxSegments,
      });
      for (const row of rows)
        found.push({
          ...row,
          startAt: Math.max(row.startAt, window.startAt),
          endAt: Math.min(row.endAt, endAt),
        });
    }
    return found;
  }

  async function sum(of: Of, ids: readonly number[], window: TimeWindow, now: number) {
    const found = new Map<number, ActivitySums>();
    const sumsOf = (id: number): ActivitySums => {
      const known = found.get(id) ?? noSums();
      found.set(id, known);
      return known;
    };
    const { rollUps: wholes, edges } = splitWindow(window, now);
    for (const some of chunks(ids)) {
      for (const { level, startAt, endAt } of wholes) {
        for (const { id, ...row } of await selectRollUps[of]({
          ids: some,
          level,
          fromAt: startAt,
          untilAt: endAt,
        })) {
          const known = sumsOf(id);
          for (const key of sumKeys) known[key] += row[key];
        }
      }
      for (const edge of edges) {
        for (const segment of await readSegments(of, some, edge, now))
          addTime(sumsOf(idOf(of, segment)), segment, segment.endAt - segment.startAt);
        const span = { ids: some, fromAt: edge.startAt, untilAt: edge.endAt };
        const rows =
          edge.startAt < eventsFrom()
            ? await selectRollUps[of]({ ...span, level: 0 })
            : await selectEvents[of](span);
        for (const { id, units, events: eventCount } of rows) {
          const known = sumsOf(id);
          known.units += units;
          known.events += eventCount;
        }
      }
    }
    return found;
  }

  return {
    countWorkers,
    sumByWorker: (ids, window, now) => sum('worker', ids, window, now),
    sumByStation: (ids, window, now) => sum('station', ids, window, now),
    listSegments: (of, window, now) => {
      if ('workerIds' in of) return readSegments('worker', of.workerIds, window, now);
      if ('stationIds' in of) return readSegments('station', of.stationIds, window, now);
      return readSegments('atStation', [of.atStationId], window, now);
    },
  };
}

function* chunks(ids: readonly number[]): Generator<readonly number[]> {
  for (let from = 0; from < ids.length; from += idsPerStatement)
    yield ids.slice(from, from + idsPerStatement);
}
