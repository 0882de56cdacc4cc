import { type AnyColumn, and, asc, eq, gte, lt, type SQL, sql } from 'drizzle-orm';
import { type Placeholders, prepared } from '../../kernel/db/prepared.ts';
import { mapFairly } from '../../kernel/jobs/map-fairly.ts';
import type { PlantNames } from '../../plant/names.ts';
import type { CountFilter } from '../../plant/page-filters.ts';
import { readRowsSince } from '../../plant/removal/horizons.ts';
import { createSiteCondition } from '../../plant/site-condition.ts';
import type { TimeWindow } from '../../plant/time-window.ts';
import { addCounts, type TrendBucket, type VerdictCounts } from '../../plant/yield.ts';
import type { Db } from '../../schema/db.ts';
import type { Folders } from '../recording/folders.ts';
import { furtherOf, unitKeyOf } from '../recording/unit-counts.ts';
import { type Segment, segmentsOf, withKnownEdges } from './window-segments.ts';

export type PartCounts = { stationId: number; partId: number } & VerdictCounts;
export type StationBucket = { stationId: number } & TrendBucket;

/** Counts over any window, read from the roll-ups and so as fast after ten years as after ten minutes. */
export type CountQueries = {
  /** Counts per station and part. */
  countByPart(window: TimeWindow, filter?: CountFilter): Promise<PartCounts[]>;
  /**
   * Counts per station in fine buckets: whole hours where `coarse` and the window allow, else minutes; the buckets at
   * the edges of the window may be parts of a minute. Oldest first, without empty buckets.
   */
  countByTime(window: TimeWindow, filter: CountFilter, coarse: boolean): Promise<StationBucket[]>;
};

/** A half-open range of the hour or minute counts. */
type CountStretch = CountFilter & { startAt: number; endAt: number };
type RollUp = Exclude<Segment['from'], 'rows'>;

export function createCountQueries(db: Db, names: PlantNames, folders: Folders): CountQueries {
  const { inspections, inspectionHours, inspectionMinutes } = db.tables;
  const isOfSite = createSiteCondition(db);

  /** Only windows with an edge within a minute need to know since when there are rows. */
  async function cut(window: TimeWindow): Promise<Segment[]> {
    const segments = segmentsOf(window);
    if (segments.every(({ from }) => from !== 'rows')) return segments;
    return segmentsOf(withKnownEdges(window, await readRowsSince(db)));
  }

  /** Hours and minutes have the same columns, so one query serves both. */
  function rollUp(value: Placeholders<CountStretch>, from: RollUp) {
    const table = (from === 'hours' ? inspectionHours : inspectionMinutes) as typeof inspectionMinutes;
    const where = and(
      gte(table.startAt, value.startAt),
      lt(table.startAt, value.endAt),
      isOfSite(table.stationId, value.siteId),
      value.stationId && eq(table.stationId, value.stationId),
      value.partId && eq(table.partId, value.partId),
    );
    const sums = {
      ok: total(table.ok),
      ng: total(table.ng),
      unmatched: total(table.unmatched),
      undecided: total(table.undecided),
      furtherOk: total(table.furtherOk),
      furtherNg: total(table.furtherNg),
    };
    return { table, where, sums };
  }

  const sumByPart = prepared((value: Placeholders<CountStretch>, from: RollUp) => {
    const { table, where, sums } = rollUp(value, from);
    const key = { stationId: table.stationId, partId: table.partId };
    return db.read
      .select({ ...key, ...sums })
      .from(table)
      .where(where)
      .groupBy(key.stationId, key.partId);
  });

  const sumByTime = prepared((value: Placeholders<CountStretch>, from: RollUp) => {
    const { table, where, sums } = rollUp(value, from);
    const key = { stationId: table.stationId, startAt: table.startAt };
    return db.read
      .select({ ...key, ...sums })
      .from(table)
      .where(where)
      .groupBy(key.startAt, key.stationId)
      .orderBy(asc(key.startAt));
  });

  async function countRows(window: TimeWindow, filter: CountFilter) {
    const stationIds =
      filter.stationId === undefined
        ? names.listStationRows(filter.siteId).map(({ id }) => id)
        : [filter.stationId];
    const units = stationIds.flatMap((stationId) =>
      (filter.partId === undefined ? folders.partsOf(stationId) : [filter.partId]).map((partId) => ({
        stationId,
        partId,
      })),
    );
    const { startAt, endAt } = window;
    const found = await mapFairly(units, (unit) => countUnit({ ...unit, startAt, endAt }));
    return mapFairly(found.flat(), async ({ viewed, ...row }) => ({
      ...row,
      ...(viewed === 0 ? noFurther : await countFurther({ ...row, startAt, endAt })),
    }));
  }

  const isView = sql`(${inspections.view} is not null or ${inspections.unit} is not null)`;
  const selectViews = prepared((value: Placeholders<Required<Omit<CountStretch, 'siteId'>>>) =>
    db.read
      .select()
      .from(inspections)
      .where(
        and(
          eq(inspections.stationId, value.stationId),
          gte(inspections.capturedAt, value.startAt),
          lt(inspections.capturedAt, value.endAt),
          eq(inspections.partId, value.partId),
          isView,
        ),
      ),
  );

  /** Further views within less than a minute: of the units whose images lie in it. */
  async function countFurther(stretch: {
    stationId: number;
    partId: number;
    startAt: number;
    endAt: number;
  }) {
    const units = Map.groupBy(await selectViews(stretch), (row) => unitKeyOf(row));
    const further = { ...noFurther };
    for (const images of units.values()) {
      for (const { verdict, by } of furtherOf(images))
        further[verdict === 'OK' ? 'furtherOk' : 'furtherNg'] += by;
    }
    return further;
  }

  const isVerdict = (verdict: SQL) => sql`sum(case when ${verdict} then 1 else 0 end)`.mapWith(Number);
  const countUnit = prepared((value: Placeholders<Required<Omit<CountStretch, 'siteId'>>>) =>
    db.read
      .select({
        stationId: inspections.stationId,
        partId: inspections.partId,
        ok: isVerdict(eq(inspections.verdict, 'OK')),
        ng: isVerdict(eq(inspections.verdict, 'NG')),
        unmatched: isVerdict(sql`${inspections.verdict} is null and ${inspections.word} is null`),
        undecided: isVerdict(sql`${inspections.verdict} is null and ${inspections.word} is not null`),
        viewed: isVerdict(isView),
      })
      .from(inspections)
      .where(
        and(
          eq(inspections.stationId, value.stationId),
          gte(inspections.capturedAt, value.startAt),
          lt(inspections.capturedAt, value.endAt),
          eq(inspections.partId, value.partId),
        ),
      )
      .groupBy(inspections.stationId, inspections.partId),
  );

  /** A filter for each station that is shown as the one asked for. */
  function filtersOf(filter: CountFilter): CountFilter[] {
    if (filter.stationId === undefined) return [filter];
    return names.groupOf(filter.stationId).map((stationId) => ({ ...filter, stationId }));
  }

  /** The rows of all segments and stations, each under the station it is shown as. */
  async function readRows<T extends { stationId: number; partId?: number }>(
    segments: readonly Segment[],
    filter: CountFilter,
    read: (segment: Segment, filter: CountFilter) => Promise<T[]>,
  ): Promise<T[]> {
    const rows: T[] = [];
    for (const segment of segments)
      for (const ofStation of filtersOf(filter)) rows.push(...(await read(segment, ofStation)));
    await folders.ensureKnown(rows);
    return rows.map((row) => ({ ...row, stationId: names.shownAs(row.stationId) }));
  }

  return {
    async countByPart(window, filter = {}) {
      const sums = new Map<string, PartCounts>();
      const rows = await readRows(await cut(window), filter, async (segment, ofStation) =>
        segment.from === 'rows'
          ? countRows(segment, ofStation)
          : sumByPart(stretchOf(segment, ofStation), segment.from),
      );
      for (const row of rows) addTo(sums, `${row.stationId}:${row.partId}`, row);
      return [...sums.values()];
    },

    async countByTime(window, filter, coarse) {
      const sums = new Map<string, StationBucket>();
      const segments = coarse ? await cut(window) : minutesAndRows(await cut(window));
      const rows = await readRows(segments, filter, async (segment, ofStation) => {
        if (segment.from !== 'rows') return sumByTime(stretchOf(segment, ofStation), segment.from);
        const { startAt } = segment;
        return (await countRows(segment, ofStation)).map((row) => ({ ...row, startAt }));
      });
      for (const row of rows) addTo(sums, `${row.startAt}:${row.stationId}`, row);
      return [...sums.values()].toSorted((a, b) => a.startAt - b.startAt);
    },
  };
}

const noFurther = { furtherOk: 0, furtherNg: 0 };

function stretchOf({ startAt, endAt }: Segment, { siteId, stationId, partId }: CountFilter): CountStretch {
  return { startAt, endAt, siteId, stationId, partId };
}

/** The same window without the hour counts. */
function minutesAndRows(segments: readonly Segment[]): Segment[] {
  return segments.map((segment) => (segment.from === 'hours' ? { ...segment, from: 'minutes' } : segment));
}

function total(column: AnyColumn) {
  return sql`sum(${column})`.mapWith(Number);
}

function addTo<T extends VerdictCounts>(sums: Map<string, T>, key: string, row: T): void {
  const sum = sums.get(key);
  if (!sum) {
    sums.set(key, { ...row });
    return;
  }
  addCounts(sum, row);
}
