import { mapFairly } from '../../kernel/jobs/map-fairly.ts';
import { hourMs, minuteMs } from '../../kernel/time/durations.ts';
import type { SiteTag } from '../../plant/sites.ts';
import { sumCounts, type TrendBucket, unitCounts, type VerdictCounts } from '../../plant/yield.ts';
import type { InspectionDeps } from '../deps.ts';
import type { InspectionRef, UsualOfModel } from '../model.ts';
import type { PartCounts } from '../queries/count-queries.ts';
import type { StationNow } from '../stations/station-states.ts';

const shownHours = 24;
/** Further stations are left out: so many come from a folder that was not meant to be watched. */
const maxStations = 1_000;

/** One station on a page about the whole plant. */
export type StationOverview = {
  site: SiteTag | null;
  station: string;
  /** All its images are the demo plant's. */
  isDemo: boolean;
  lastHour: VerdictCounts;
  lastDay: VerdictCounts;
  /** Units judged in the last hour of each model whose usual NG share is known. */
  lastHourMix: { total: number; ng: number; share: number; basis: number }[];
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
      isDemo: reads.isDemo(id),
      lastHour: sumCounts(lastHours.get(id) ?? []),
      lastDay: sumCounts(hours),
      lastHourMix: mixOf(lastHours.get(id) ?? [], await reads.pulse.usual(id)),
      hours,
      last: last ?? null,
      isElsewhere: last !== undefined && (await locations.listElsewhere([last.rootId])).size > 0,
      ...(await reads.states.read(id)),
    };
  });
}

/** What was inspected of each known model, beside what is usual of it. */
function mixOf(rows: readonly PartCounts[], usual: readonly UsualOfModel[]): StationOverview['lastHourMix'] {
  return rows.flatMap((row) => {
    const known = usual.find(({ partId, isEnough }) => partId === row.partId && isEnough);
    const { ok, ng } = unitCounts(row);
    if (known === undefined || ok + ng === 0) return [];
    return [{ total: ok + ng, ng, share: known.ng / known.inspections, basis: known.inspections }];
  });
}

function byHour(rows: readonly TrendBucket[]): TrendBucket[] {
  const groups = Map.groupBy(rows, ({ startAt }) => Math.floor(startAt / hourMs) * hourMs);
  return [...groups].map(([startAt, group]) => ({ startAt, ...sumCounts(group) }));
}
