import { mapFairly } from '../../kernel/jobs/map-fairly.ts';
import type { PlantNames } from '../../plant/names.ts';
import type { CountFilter } from '../../plant/page-filters.ts';
import type { Sites } from '../../plant/sites.ts';
import { isProblem } from '../../plant/station-state.ts';
import { areCutAtHours, fillBuckets, type TimeWindow } from '../../plant/time-window.ts';
import {
  compareYields,
  sumCounts,
  totalCount,
  unitCounts,
  type VerdictCounts,
  yieldRate,
} from '../../plant/yield.ts';
import type { StationSummary } from '../model.ts';
import type { CountQueries } from '../queries/count-queries.ts';
import type { InspectionQueries } from '../queries/inspection-queries.ts';
import type { Folders } from '../recording/folders.ts';
import type { StationStates } from './station-states.ts';

type Options = {
  counts: CountQueries;
  inspections: InspectionQueries;
  states: StationStates;
  sites: Sites;
  names: PlantNames;
  folders: Folders;
  isDemo: (stationId: number) => boolean;
};

export type SummaryRequest = {
  window: TimeWindow;
  /** The bars of the trend, from `bucketsOf`. */
  buckets: TimeWindow[];
  ngLimit: number;
  filter?: CountFilter;
  /** Also every station shown on pages that has no image in the window, and no station that is hidden from them. */
  areAllShown?: boolean;
  /** Most stations returned: those with something wrong first, then those with the worst yield. */
  atMost?: number;
};

/**
 * One summary, all that a card shows, for each station with inspections in the window, or for each one shown; unordered.
 * Costs a few roll-up reads and two index look-ups a station, however long the history is.
 */
export type ReadStationSummaries = (request: SummaryRequest) => Promise<StationSummary[]>;

export function createStationSummaries({
  counts,
  inspections,
  states,
  sites,
  names,
  folders,
  isDemo,
}: Options): ReadStationSummaries {
  return async ({ window, buckets, ngLimit, filter = {}, areAllShown = false, atMost }) => {
    const counted = await counts.countByPart(window, filter);
    const shownIds = areAllShown
      ? listShownStations({ names, folders }, filter)
      : counted.map(({ stationId }) => stationId);
    const byStation = new Map<number, PartLines>(shownIds.map((id) => [id, []]));
    for (const { stationId, partId, ...sums } of counted)
      if (totalCount(sums) > 0)
        byStation.get(stationId)?.push({ part: names.partName(partId), counts: sums });
    if (!areAllShown) for (const [id, parts] of byStation) if (parts.length === 0) byStation.delete(id);
    const isCoarse = areCutAtHours(buckets);
    const rows = Map.groupBy(await counts.countByTime(window, filter, isCoarse), (row) => row.stationId);
    const stations = [...byStation];
    const isCut = atMost !== undefined && stations.length > atMost;
    return mapFairly(
      isCut ? (await mostUrgentOf(stations, states)).slice(0, atMost) : stations,
      async ([stationId, parts]) => {
        const list = { stationId, partId: filter.partId, window };
        const [last] = await inspections.list(list, { limit: 1 });
        const lastNgs = await inspections.list({ ...list, verdict: 'NG' }, { limit: ngLimit });
        return {
          site: sites.tagOf(names.siteIdOf(stationId)),
          station: names.stationName(stationId),
          isDemo: isDemo(stationId),
          counts: sumCounts(parts.map((line) => line.counts)),
          parts: parts.sort((a, b) => a.part.localeCompare(b.part)),
          latestAt: last?.capturedAt ?? null,
          ...(await states.read(stationId)),
          last: last ?? null,
          lastNgs,
          trend: fillBuckets(buckets, rows.get(stationId) ?? []),
        };
      },
    );
  };
}

/**
 * Ids of the stations that a page shows: all that are not hidden, whether or not they have images in its window, and of a
 * model those that ever made it.
 */
export function listShownStations(
  { names, folders }: { names: PlantNames; folders: Folders },
  { siteId, stationId, partId }: CountFilter,
): number[] {
  if (stationId !== undefined) return [stationId];
  const ids = names.listStations(siteId).map(({ id }) => id);
  return partId === undefined
    ? ids
    : ids.filter((id) => names.groupOf(id).some((one) => folders.partsOf(one).includes(partId)));
}

type PartLines = { part: string; counts: VerdictCounts }[];

/** Stations with something wrong first, then by yield, worst first, those without a yield last. */
async function mostUrgentOf(
  stations: readonly [number, PartLines][],
  states: StationStates,
): Promise<[number, PartLines][]> {
  const ranked = await mapFairly(stations, async ([id, parts]) => ({
    station: [id, parts] as [number, PartLines],
    isWrong: isProblem((await states.read(id)).state),
    rate: yieldRate(unitCounts(sumCounts(parts.map(({ counts }) => counts)))),
  }));
  ranked.sort((a, b) => Number(b.isWrong) - Number(a.isWrong) || compareYields(a.rate, b.rate));
  return ranked.map(({ station }) => station);
}
