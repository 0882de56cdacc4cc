import { and, desc, eq, gt, gte, lt, sql } from 'drizzle-orm';
import { type Placeholders, prepared } from '../../kernel/db/prepared.ts';
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

  const selectGaps = prepared((value: Placeholders<CountFilter & TimeWindow>) =>
    db.read
      .select()
      .from(gaps)
      .where(
        and(
          gte(gaps.toAt, value.startAt),
          lt(gaps.toAt, value.endAt),
          isOfSite(gaps.stationId, value.siteId),
          value.stationId && eq(gaps.stationId, value.stationId),
          value.partId && eq(gaps.partId, value.partId),
        ),
      )
      .orderBy(desc(gaps.toAt))
      .limit(maxGaps),
  );
  const sumChecked = prepared((value: Placeholders<CountFilter & { after: number; before: number }>) =>
    db.read
      .select({ total: sql`coalesce(sum(abs(${hours.checkedCount})), 0)`.mapWith(Number) })
      .from(hours)
      .where(
        and(
          gt(hours.startAt, value.after),
          lt(hours.startAt, value.before),
          isOfSite(hours.stationId, value.siteId),
          value.stationId && eq(hours.stationId, value.stationId),
          value.partId && eq(hours.partId, value.partId),
        ),
      ),
  );

  return async ({ startAt, endAt }, { siteId, stationId, partId }) => {
    const rows: (typeof gaps.$inferSelect)[] = [];
    let checkedCount = 0;
    for (const id of stationId === undefined ? [undefined] : names.groupOf(stationId)) {
      rows.push(...(await selectGaps({ startAt, endAt, siteId, stationId: id, partId })));
      const touched = { after: startAt - hourMs, before: endAt };
      const [checked] = await sumChecked({ ...touched, siteId, stationId: id, partId });
      checkedCount += checked?.total ?? 0;
    }
    await folders.ensureKnown(rows);
    return {
      gaps: newest(rows).map(({ id: _id, hourAt: _hour, stationId: station, partId: part, ...gap }) => ({
        ...gap,
        site: sites.tagOf(names.siteIdOf(station)),
        station: names.stationName(station),
        part: names.partName(part),
      })),
      checkedCount,
    };
  };
}

/** Of the gaps of stations that are shown as one, the newest. */
function newest<T extends { toAt: number }>(rows: readonly T[]): T[] {
  return rows.toSorted((a, b) => b.toAt - a.toAt).slice(0, maxGaps);
}
