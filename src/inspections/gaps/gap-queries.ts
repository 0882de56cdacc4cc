import { and, desc, eq, gt, gte, lt, sql } from 'drizzle-orm';
import { hourMs } from '../../kernel/time/durations.ts';
import type { PlantNames } from '../../plant/names.ts';
import type { CountFilter } from '../../plant/page-filters.ts';
import { createSiteCondition } from '../../plant/site-condition.ts';
import type { Sites, SiteTag } from '../../plant/sites.ts';
import type { TimeWindow } from '../../plant/time-window.ts';
import type { Db } from '../../schema/db.ts';
import type { SequenceGap } from '../model.ts';
import type { Folders } from '../recording/folders.ts';

const maxGaps = 500;

/**
 * COUNT gaps whose later image lies in the window, newest first, and how many images were checked in the hours that the
 * window touches.
 */
export type ReadGaps = (
  window: TimeWindow,
  filter: CountFilter,
) => Promise<{ gaps: (SequenceGap & { site: SiteTag | null })[]; checkedCount: number }>;

export function createReadGaps(
  db: Db,
  { sites, names, folders }: { sites: Sites; names: PlantNames; folders: Folders },
): ReadGaps {
  const { sequenceGaps: gaps, inspectionHours: hours } = db.tables;
  const isOfSite = createSiteCondition(db);
  return async (window, { siteId, stationId, partId }) => {
    const rows = await db.read
      .select()
      .from(gaps)
      .where(
        and(
          gte(gaps.toAt, window.startAt),
          lt(gaps.toAt, window.endAt),
          isOfSite(gaps.stationId, siteId),
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
          isOfSite(hours.stationId, siteId),
          stationId === undefined ? undefined : eq(hours.stationId, stationId),
          partId === undefined ? undefined : eq(hours.partId, partId),
        ),
      );
    await folders.ensureKnown(rows);
    return {
      gaps: rows.map(({ id: _id, hourAt: _hour, stationId: station, partId: part, ...gap }) => ({
        ...gap,
        site: sites.tagOf(names.siteIdOf(station)),
        station: names.stationName(station),
        part: names.partName(part),
      })),
      checkedCount: checked?.total ?? 0,
    };
  };
}
