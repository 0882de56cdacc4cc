import { and, desc, eq, gt, gte, lt, sql } from 'drizzle-orm';
import type { PlantNames } from '../plant/names.ts';
import type { Db } from '../schema/db.ts';
import type { CountFilter } from './count-queries.ts';
import type { SequenceGap, TimeWindow } from './model.ts';
import { hourMs } from './roll-ups.ts';

const maxGaps = 500;

/**
 * COUNT gaps whose later image lies in the window, newest first, and how many images were checked in the hours that the
 * window touches.
 */
export type ReadGaps = (
  window: TimeWindow,
  filter: CountFilter,
) => Promise<{ gaps: SequenceGap[]; checkedCount: number }>;

export function createReadGaps(db: Db, names: PlantNames): ReadGaps {
  const { sequenceGaps: gaps, inspectionHours: hours } = db.tables;
  return async (window, { stationId, partId }) => {
    const rows = await db.read
      .select()
      .from(gaps)
      .where(
        and(
          gte(gaps.toAt, window.startAt),
          lt(gaps.toAt, window.endAt),
          stationId === undefined ? undefined : eq(gaps.stationId, stationId),
          partId === undefined ? undefined : eq(gaps.partId, partId),
        ),
      )
      .orderBy(desc(gaps.toAt))
      .limit(maxGaps);
    const [checked] = await db.read
      .select({
        total: sql`coalesce(sum(abs(${hours.checkedCount})), 0)`.mapWith(Number),
      })
      .from(hours)
      .where(
        and(
          gt(hours.startAt, window.startAt - hourMs),
          lt(hours.startAt, window.endAt),
          stationId === undefined ? undefined : eq(hours.stationId, stationId),
          partId === undefined ? undefined : eq(hours.partId, partId),
        ),
      );
    return {
      gaps: rows.map(({ id: _id, hourAt: _hour, stationId: station, partId: part, ...gap }) => ({
        ...gap,
        station: names.stationName(station),
        part: names.partName(part),
      })),
      checkedCount: checked?.total ?? 0,
    };
  };
}
