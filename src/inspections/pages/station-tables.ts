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

export type StationHour = { site: SiteTag | null; station: string } & LocalHour;

/** Hours of one table, and where the older ones end that it has no room for; null when it has all. */
export type StationHours = { hours: StationHour[]; olderUntil: number | null };

/**
 * Counts per station and hour of the site's clock, oldest first: of each station the newest month of the window. Hours
 * without images between two others are included with zeros.
 */
export async function readStationHours(deps: InspectionDeps, asked: AskedView): Promise<StationHours> {
  if (asked.isUnknown) return { hours: [], olderUntil: null };
  const { counts, sites, names } = deps.reads;
  const { wallClock } = asked;
  const rows = await counts.countByTime(asked.window, asked.filter, true);
  const ofStations = Map.groupBy(rows, (row) => row.stationId);
  const filled = await mapFairly([...ofStations], async ([stationId, buckets]) => {
    const of = {
      site: sites.tagOf(names.siteIdOf(stationId)),
      station: names.stationName(stationId),
    };
    const shown = newestStretch(buckets, asked.window, wallClock);
    // Where local hours begin within hours of UTC, only the minutes show which local hour a count belongs to.
    const isCoarse = areHoursOfUtc(shown, wallClock);
    const filter = { ...asked.filter, siteId: undefined, stationId };
    const inside = buckets.filter(({ startAt }) => startAt >= shown.startAt);
    const counted = isCoarse ? inside : await counts.countByTime(shown, filter, false);
    return {
      hours: fillHours(counted, wallClock).map((hour) => ({ ...of, ...hour })),
      olderUntil: inside.length < buckets.length ? shown.startAt : null,
    };
  });
  const borders = filled.flatMap(({ olderUntil }) => olderUntil ?? []);
  return {
    hours: filled.flatMap(({ hours }) => hours),
    olderUntil: borders.length > 0 ? Math.max(...borders) : null,
  };
}

/**
 * All of them, page by page from the oldest on, for a file that has no end; each page is a month of the window, and hours
 * without images between two pages are left out.
 */
export async function* walkStationHours(deps: InspectionDeps, asked: AskedView): AsyncGenerator<StationHour> {
  if (asked.isUnknown) return;
  const { wallClock } = asked;
  const rows = await deps.reads.counts.countByTime(asked.window, asked.filter, true);
  const endAt = Math.min(asked.window.endAt, (rows.at(-1)?.startAt ?? 0) + hourMs);
  for (let startAt = rows[0]?.startAt ?? endAt; startAt < endAt; ) {
    const pageEndAt = Math.min(endAt, wallClock.startOfHour(startAt + maxHours * hourMs));
    const window = { startAt: Math.max(startAt, asked.window.startAt), endAt: pageEndAt };
    yield* (await readStationHours(deps, { ...asked, window })).hours;
    startAt = pageEndAt;
  }
}

/** The newest part of a window that the table can show, from the start of a local hour on. */
function newestStretch(rows: readonly TrendBucket[], window: TimeWindow, wallClock: WallClock): TimeWindow {
  const firstAt = rows[0]?.startAt ?? window.startAt;
  const endAt = Math.min((rows.at(-1)?.startAt ?? firstAt) + hourMs, window.endAt);
  const startAt = wallClock.startOfHour(Math.max(firstAt, endAt - maxHours * hourMs));
  return { startAt: Math.max(startAt, window.startAt), endAt };
}

/** A local hour and its counts; one in which the clock is set may be shorter. */
export type LocalHour = TrendBucket & { endAt: number };

/** Sums counts into the hours of a clock, with the hours without any between them; at most the last `maxHours`. */
export function fillHours(rows: readonly TrendBucket[], wallClock: WallClock): LocalHour[] {
  const hours = Map.groupBy(rows, ({ startAt }) => wallClock.startOfHour(startAt));
  const last = Math.max(...hours.keys());
  const earliest = wallClock.startOfHour(last - (maxHours - 1) * hourMs);
  const first = Math.max(Math.min(...hours.keys()), earliest);
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
