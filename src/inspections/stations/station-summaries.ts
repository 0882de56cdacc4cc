import { mapFairly } from '../../kernel/jobs/map-fairly.ts';
import type { PlantNames } from '../../plant/names.ts';
import type { CountFilter } from '../../plant/page-filters.ts';
import type { Sites } from '../../plant/sites.ts';
import { areCutAtHours, fillBuckets, type TimeWindow } from '../../plant/time-window.ts';
import { compareYields, sumCounts, totalCount, type VerdictCounts, yieldRate } from '../../plant/yield.ts';
import type { StationSummary } from '../model.ts';
import type { CountQueries } from '../queries/count-queries.ts';
import type { InspectionQueries } from '../queries/inspection-queries.ts';
import type { StationPulse } from './station-pulse.ts';

type Options = {
  counts: CountQueries;
  inspections: InspectionQueries;
  pulse: StationPulse;
  sites: Sites;
  names: PlantNames;
};

export type SummaryRequest = {
  window: TimeWindow;
  /** The bars of the trend, from `bucketsOf`. */
  buckets: TimeWindow[];
  ngLimit: number;
  filter?: CountFilter;
  /** Most stations returned: those with the worst yield. */
  atMost?: number;
};

/**
 * One summary, all that a card shows, for each station with inspections in the window; unordered. Costs a few roll-up
 * reads and two index look-ups a station, however long the history is.
 */
export type ReadStationSummaries = (request: SummaryRequest) => Promise<StationSummary[]>;

export function createStationSummaries({
  counts,
  inspections,
  pulse,
  sites,
  names,
}: Options): ReadStationSummaries {
  return async ({ window, buckets, ngLimit, filter = {}, atMost }) => {
    const byStation = new Map<number, PartLines>();
    for (const { stationId, partId, ...sums } of await counts.countByPart(window, filter)) {
      if (totalCount(sums) === 0) continue;
      const lines = byStation.get(stationId) ?? [];
      byStation.set(stationId, lines);
      lines.push({ part: names.partName(partId), counts: sums });
    }
    const isCoarse = areCutAtHours(buckets);
    const rows = Map.groupBy(await counts.countByTime(window, filter, isCoarse), (row) => row.stationId);
    const stations = [...byStation];
    return mapFairly(
      atMost !== undefined && stations.length > atMost ? worstOf(stations).slice(0, atMost) : stations,
      async ([stationId, parts]) => {
        const list = { stationId, partId: filter.partId, window };
        const [last] = await inspections.list(list, { limit: 1 });
        const lastNgs = await inspections.list({ ...list, verdict: 'NG' }, { limit: ngLimit });
        return {
          site: sites.tagOf(names.siteIdOf(stationId)),
          station: names.stationName(stationId),
          counts: sumCounts(parts.map((line) => line.counts)),
          parts: parts.sort((a, b) => a.part.localeCompare(b.part)),
          latestAt: last?.capturedAt ?? null,
          lastSeenAt: (await inspections.findLastSeenAt(stationId)) ?? null,
          ...(await pulse.read(stationId)),
          last: last ?? null,
          lastNgs,
          trend: fillBuckets(buckets, rows.get(stationId) ?? []),
        };
      },
    );
  };
}

type PartLines = { part: string; counts: VerdictCounts }[];

/** Stations by yield, worst first, those without a yield last. */
function worstOf(stations: readonly [number, PartLines][]): [number, PartLines][] {
  const rates = new Map(
    stations.map(([id, parts]) => [id, yieldRate(sumCounts(parts.map(({ counts }) => counts)))]),
  );
  return stations.toSorted(([a], [b]) => compareYields(rates.get(a) ?? null, rates.get(b) ?? null));
}
