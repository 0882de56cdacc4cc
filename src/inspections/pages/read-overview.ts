import { mapFairly } from '../../kernel/jobs/map-fairly.ts';
import { hourMs, minuteMs } from '../../kernel/time/durations.ts';
import type { SiteTag } from '../../plant/sites.ts';
import { sumCounts, type TrendBucket, type VerdictCounts } from '../../plant/yield.ts';
import type { InspectionDeps } from '../deps.ts';
import type { InspectionRef } from '../model.ts';
import type { StationNow } from '../stations/station-states.ts';

const shownHours = 24;
/** Further stations are left out: so many come from a folder that was not meant to be watched. */
const maxStations = 1_000;

/** One station on a page about the whole plant. */
export type StationOverview = {
  site: SiteTag | null;
  station: string;
  lastHour: VerdictCounts;
  lastDay: VerdictCounts;
  hours: TrendBucket[];
  last: InspectionRef | null;
  /** The file of the last image is at another site and cannot be shown here. */
  isElsewhere: boolean;
} & StationNow;

/**
 * All stations of one site or of all that are not hidden, with their last hour and last 24 hours. Of more than a thousand
 * stations, those with images in these hours come first.
 */
export async function readOverview(
  { reads, locations }: Pick<InspectionDeps, 'reads' | 'locations'>,
  filter: { siteId?: number },
): Promise<StationOverview[]> {
  const now = reads.clock.now();
  const endAt = Math.floor(now / minuteMs) * minuteMs + minuteMs;
  const day = { startAt: Math.floor(now / hourMs) * hourMs - (shownHours - 1) * hourMs, endAt };
  const hourCounts = await reads.counts.countByPart({ startAt: endAt - hourMs, endAt }, filter);
  const lastHours = Map.groupBy(hourCounts, (row) => row.stationId);
  const rows = Map.groupBy(await reads.counts.countByTime(day, filter, true), (row) => row.stationId);
  const known = reads.names.listStations(filter.siteId);
  const active = known.toSorted((a, b) => Number(rows.has(b.id)) - Number(rows.has(a.id)));
  const looked = known.length > maxStations ? active.slice(0, maxStations) : known;
  return mapFairly(looked, async ({ id, siteId, name }) => {
    const [last] = await reads.inspections.list({ stationId: id }, { limit: 1 });
    const hours = byHour(rows.get(id) ?? []);
    return {
      site: reads.sites.tagOf(siteId),
      station: name,
      lastHour: sumCounts(lastHours.get(id) ?? []),
      lastDay: sumCounts(hours),
      hours,
      last: last ?? null,
      isElsewhere: last !== undefined && (await locations.listElsewhere([last.rootId])).size > 0,
      ...(await reads.states.read(id)),
    };
  });
}

function byHour(rows: readonly TrendBucket[]): TrendBucket[] {
  const groups = Map.groupBy(rows, ({ startAt }) => Math.floor(startAt / hourMs) * hourMs);
  return [...groups].map(([startAt, group]) => ({ startAt, ...sumCounts(group) }));
}
