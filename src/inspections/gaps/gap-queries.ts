import { and, desc, eq, gt, gte, lt, or, sql } from 'drizzle-orm';
import type { Keyset } from '../../kernel/db/keyset.ts';
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

type GapPage = { limit: number; fromAt: number | undefined; fromId: number | undefined };

/** A gap with its place in the list. */
export type FoundGap = SequenceGap & { id: number; site: SiteTag | null };

export type GapQueries = {
  /** COUNT gaps whose later image lies in the window, newest first; `from` is the place of the last one before. */
  list(window: TimeWindow, filter: CountFilter, page: { limit: number; from?: Keyset }): Promise<FoundGap[]>;
  /** How many images were checked in the hours that the window touches. */
  countChecked(window: TimeWindow, filter: CountFilter): Promise<number>;
};

/** Where a gap stands in the list. */
export function placeOfGap({ id, toAt }: FoundGap): Keyset {
  return { capturedAt: toAt, id };
}

export function createGapQueries(
  db: Db,
  { sites, names, folders }: { sites: Sites; names: PlantNames; folders: Folders },
): GapQueries {
  const { sequenceGaps: gaps, inspectionHours: hours } = db.tables;
  const isOfSite = createSiteCondition(db);

  const selectGaps = prepared((value: Placeholders<CountFilter & TimeWindow & GapPage>) =>
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
          value.fromAt &&
            or(lt(gaps.toAt, value.fromAt), and(eq(gaps.toAt, value.fromAt), lt(gaps.id, value.fromId))),
        ),
      )
      .orderBy(desc(gaps.toAt), desc(gaps.id))
      .limit(value.limit),
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

  /** The stations shown as the requested one; `undefined` for all. */
  const idsOf = (stationId: number | undefined) =>
    stationId === undefined ? [undefined] : names.groupOf(stationId);

  return {
    async list({ startAt, endAt }, { siteId, stationId, partId }, { limit, from }) {
      const place = { fromAt: from?.capturedAt, fromId: from?.id };
      const rows: (typeof gaps.$inferSelect)[] = [];
      for (const id of idsOf(stationId))
        rows.push(...(await selectGaps({ startAt, endAt, siteId, stationId: id, partId, limit, ...place })));
      await folders.ensureKnown(rows);
      const newest = rows.toSorted((a, b) => b.toAt - a.toAt || b.id - a.id).slice(0, limit);
      return newest.map(({ hourAt: _hour, stationId: station, partId: part, ...gap }) => ({
        ...gap,
        site: sites.tagOf(names.siteIdOf(station)),
        station: names.stationName(station),
        part: names.partName(part),
      }));
    },
    async countChecked({ startAt, endAt }, { siteId, stationId, partId }) {
      const touched = { after: startAt - hourMs, before: endAt };
      let count = 0;
      for (const id of idsOf(stationId)) {
        const [checked] = await sumChecked({ ...touched, siteId, stationId: id, partId });
        count += checked?.total ?? 0;
      }
      return count;
    },
  };
}
