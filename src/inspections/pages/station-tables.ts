import { mapFairly } from '../../kernel/jobs/map-fairly.ts';
import { hourMs } from '../../kernel/time/durations.ts';
import type { AskedView } from '../../plant/page-filters.ts';
import type { SiteTag } from '../../plant/sites.ts';
import type { TrendBucket, VerdictCounts } from '../../plant/yield.ts';
import type { InspectionDeps } from '../deps.ts';

/** Counts per station and part in the window of a page. */
export async function readParts(
  deps: InspectionDeps,
  asked: AskedView,
): Promise<
  { site: SiteTag | null; station: string; part: string; counts: VerdictCounts; latestAt: number | null }[]
> {
  if (asked.isUnknown) return [];
  const { counts, inspections, sites, names } = deps.reads;
  const rows = await counts.countByPart(asked.window, asked.filter);
  return mapFairly(rows, async ({ stationId, partId, ok, ng, unmatched }) => {
    const filter = { stationId, partId, window: asked.window };
    const [latest] = await inspections.list(filter, { limit: 1 });
    return {
      site: sites.tagOf(names.siteIdOf(stationId)),
      station: names.stationName(stationId),
      part: names.partName(partId),
      counts: { ok, ng, unmatched },
      latestAt: latest?.capturedAt ?? null,
    };
  });
}

type StationHour = { site: SiteTag | null; station: string } & TrendBucket;

/** Counts per station and hour, oldest first; hours without images between two others are included with zeros. */
export async function readStationHours(deps: InspectionDeps, asked: AskedView): Promise<StationHour[]> {
  if (asked.isUnknown) return [];
  const { counts, sites, names } = deps.reads;
  const rows = await counts.countByTime(asked.window, asked.filter, true);
  const filled: StationHour[] = [];
  for (const [stationId, buckets] of Map.groupBy(rows, (row) => row.stationId)) {
    const of = {
      site: sites.tagOf(names.siteIdOf(stationId)),
      station: names.stationName(stationId),
    };
    filled.push(...fillHours(buckets).map((hour) => ({ ...of, ...hour })));
  }
  return filled;
}

function fillHours(rows: readonly TrendBucket[]): TrendBucket[] {
  const hours = new Map<number, TrendBucket>();
  for (const { startAt, ok, ng, unmatched } of rows) {
    const start = Math.floor(startAt / hourMs) * hourMs;
    const hour = hours.get(start) ?? { startAt: start, ok: 0, ng: 0, unmatched: 0 };
    hours.set(start, {
      startAt: start,
      ok: hour.ok + ok,
      ng: hour.ng + ng,
      unmatched: hour.unmatched + unmatched,
    });
  }
  const starts = [...hours.keys()];
  const [first, last] = [Math.min(...starts), Math.max(...starts)];
  const filled: TrendBucket[] = [];
  for (let startAt = first; startAt <= last && filled.length < maxHours; startAt += hourMs) {
    filled.push(hours.get(startAt) ?? { startAt, ok: 0, ng: 0, unmatched: 0 });
  }
  return filled;
}

/** Most hours in the table: a month. */
const maxHours = 31 * 24;
