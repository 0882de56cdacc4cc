import { and, asc, eq, gt, gte, inArray, lt, sql } from 'drizzle-orm';
import { type Placeholders, prepared } from '../../kernel/db/prepared.ts';
import type { TimeWindow } from '../../plant/time-window.ts';
import { unitCounts } from '../../plant/yield.ts';
import type { Db } from '../../schema/db.ts';

/** Units of one shift and station that are read; a unit every half second for a day. */
const maxUnits = 200_000;

/** A unit by its image or images. */
export type InspectedUnit = { at: number; partId: number; isNg: boolean };
export type PartUnits = { partId: number; ok: number; ng: number };

/** When stations made units, by count events and by the images of inspections. */
export type UnitQueries = {
  /** Counts above 0, in order. */
  listCounts(stationId: number, window: TimeWindow): Promise<{ at: number; count: number }[]>;
  /** Inspected units in order; the views of one unit are one, NG if any of them is. */
  listInspected(stationIds: readonly number[], window: TimeWindow): Promise<InspectedUnit[]>;
  /** Judged units by model. Windows begin and end with a minute. */
  sumInspected(stationIds: readonly number[], window: TimeWindow): Promise<PartUnits[]>;
};

export function createUnitQueries(db: Db): UnitQueries {
  const { activityEvents: events, inspections, inspectionMinutes: minutes } = db.tables;
  type Window = { fromAt: number; untilAt: number };
  const selectCounts = prepared((value: Placeholders<Window & { stationId: number; limit: number }>) =>
    db.read
      .select({ at: events.at, count: events.count })
      .from(events)
      .where(
        and(
          eq(events.stationId, value.stationId),
          gte(events.at, value.fromAt),
          lt(events.at, value.untilAt),
          gt(events.count, sql`0`),
        ),
      )
      .orderBy(asc(events.at))
      .limit(value.limit),
  );
  const selectInspected = prepared(
    (value: Placeholders<Window & { stationIds: readonly number[]; limit: number }>) =>
      db.read
        .select({
          at: inspections.capturedAt,
          partId: inspections.partId,
          verdict: inspections.verdict,
          sequence: inspections.sequence,
          view: inspections.view,
        })
        .from(inspections)
        .where(
          and(
            inArray(inspections.stationId, value.stationIds),
            gte(inspections.capturedAt, value.fromAt),
            lt(inspections.capturedAt, value.untilAt),
          ),
        )
        .orderBy(asc(inspections.capturedAt))
        .limit(value.limit),
  );
  const total = (column: (typeof minutes)['ok' | 'ng' | 'furtherOk' | 'furtherNg']) =>
    sql`coalesce(sum(${column}), 0)`.mapWith(Number);
  const selectSums = prepared((value: Placeholders<Window & { stationIds: readonly number[] }>) =>
    db.read
      .select({
        partId: minutes.partId,
        ok: total(minutes.ok),
        ng: total(minutes.ng),
        furtherOk: total(minutes.furtherOk),
        furtherNg: total(minutes.furtherNg),
      })
      .from(minutes)
      .where(
        and(
          inArray(minutes.stationId, value.stationIds),
          gte(minutes.startAt, value.fromAt),
          lt(minutes.startAt, value.untilAt),
        ),
      )
      .groupBy(minutes.partId),
  );
  return {
    listCounts: (stationId, { startAt, endAt }) =>
      selectCounts({ stationId, fromAt: startAt, untilAt: endAt, limit: maxUnits }),
    listInspected: async (stationIds, { startAt, endAt }) => {
      const rows = await selectInspected({ stationIds, fromAt: startAt, untilAt: endAt, limit: maxUnits });
      const units: InspectedUnit[] = [];
      const ofUnit = new Map<string, InspectedUnit>();
      for (const { at, partId, verdict, sequence, view } of rows) {
        const isNg = verdict === 'NG';
        const key = view === null ? undefined : `${at}:${partId}:${sequence}`;
        const known = key === undefined ? undefined : ofUnit.get(key);
        if (known) {
          known.isNg ||= isNg;
          continue;
        }
        const unit = { at, partId, isNg };
        units.push(unit);
        if (key !== undefined) ofUnit.set(key, unit);
      }
      return units;
    },
    sumInspected: async (stationIds, { startAt, endAt }) => {
      const rows = await selectSums({ stationIds, fromAt: startAt, untilAt: endAt });
      return rows.map(({ partId, ...counts }) => {
        const { ok, ng } = unitCounts({ ...counts, unmatched: 0, undecided: 0 });
        return { partId, ok, ng };
      });
    },
  };
}
