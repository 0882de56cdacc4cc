import { mapFairly } from '../../kernel/jobs/map-fairly.ts';
import { hourMs } from '../../kernel/time/durations.ts';
import type { WallClock } from '../../kernel/time/time-zone.ts';
import type { AskedView } from '../../plant/page-filters.ts';
import type { SiteTag } from '../../plant/sites.ts';
import { areHoursOfUtc, type TimeWindow } from '../../plant/time-window.ts';
import { countsOf, sumCounts, type TrendBucket, type VerdictCounts } from '../../plant/yield.ts';
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
  return mapFairly(rows, async (row) => {
    const { stationId, partId } = row;
    const filter = { stationId, partId, window: asked.window };
    const [latest] = await inspections.list(filter, { limit: 1 });
    return {
      site: sites.tagOf(names.siteIdOf(stationId)),
      station: names.stationName(stationId),
      part: names.partName(partId),
      counts: countsOf(row),
      latestAt: latest?.capturedAt ?? null,
    };
  });
}

type StationHour = { site: SiteTag | null; station: string } & LocalHour;

/**
 * Counts per station and hour of the site's clock, oldest first; hours without images between two others are included
 * with zeros.
 */
export async function readStationHours(deps: InspectionDeps, asked: AskedView): Promise<StationHour[]> {
  if (asked.isUnknown) return [];
  const { counts, sites, names } = deps.reads;
  const { wallClock } = asked;
  const rows = await counts.countByTime(asked.window, asked.filter, true);
  const ofStations = Map.groupBy(rows, (row) => row.stationId);
  const filled = await mapFairly([...ofStations], async ([stationId, buckets]) => {
    const of = {
      site: sites.tagOf(names.siteIdOf(stationId)),
      station: names.stationName(stationId),
    };
    const shown = shownStretch(buckets, asked.window);
    // Where local hours begin within hours of UTC, only the minutes show which local hour a count belongs to.
    const isCoarse = areHoursOfUtc(shown, wallClock);
    const filter = { ...asked.filter, siteId: undefined, stationId };
    const counted = isCoarse ? buckets : await counts.countByTime(shown, filter, false);
    return fillHours(counted, wallClock).map((hour) => ({ ...of, ...hour }));
  });
  return filled.flat();
}

/** The part of a window from its first count on that the table can show. */
function shownStretch(rows: readonly TrendBucket[], window: TimeWindow): TimeWindow {
  const startAt = rows[0]?.startAt ?? window.startAt;
  const endAt = Math.min((rows.at(-1)?.startAt ?? startAt) + hourMs, startAt + (maxHours + 1) * hourMs);
  return { startAt: Math.max(startAt, window.startAt), endAt: Math.min(endAt, window.endAt) };
}

/** A local hour and its counts; one in which the clock is set may be shorter. */
export type LocalHour = TrendBucket & { endAt: number };

/** Sums counts into the hours of a clock, with the hours without any between them; at most `maxHours` from the first on. */
export function fillHours(rows: readonly TrendBucket[], wallClock: WallClock): LocalHour[] {
  const hours = Map.groupBy(rows, ({ startAt }) => wallClock.startOfHour(startAt));
  const [first, last] = [Math.min(...hours.keys()), Math.max(...hours.keys())];
  const filled: LocalHour[] = [];
  for (let startAt = first; startAt <= last && filled.length < maxHours; ) {
    const endAt = wallClock.startOfHour(startAt + hourMs);
    filled.push({ startAt, endAt, ...sumCounts(hours.get(startAt) ?? []) });
    startAt = endAt;
  }
  return filled;
}

/** Most hours in the table: a month. */
const maxHours = 31 * 24;
