import type { Clock } from '../../kernel/time/clock.ts';
import type { PlantNames } from '../../plant/names.ts';
import type { Sites } from '../../plant/sites.ts';
import { type JudgedStation, judgeStation, noFacts, type StationFacts } from '../../plant/station-state.ts';
import { isStationRunning, stationSilence } from '../../plant/usual-interval.ts';
import type { SourceStatus } from '../model.ts';
import type { InspectionQueries } from '../queries/inspection-queries.ts';
import type { Folders } from '../recording/folders.ts';
import type { StationPulse } from './station-pulse.ts';

/** A station now: its state, and when it was seen last. */
export type StationNow = JudgedStation & { lastSeenAt: number | null };

/** Collects the facts of a station and has its state judged. Everything that prints a state reads it here. */
export type StationStates = { read(stationId: number): Promise<StationNow> };

/**
 * `listSources` gives the watched folders of the own site; without it nothing is known of folders, and none is missed.
 * Folders of other sites are watched there, and their outages are said there.
 */
export function createStationStates({
  folders,
  inspections,
  pulse,
  names,
  sites,
  listSources,
  clock,
}: {
  folders: Folders;
  inspections: InspectionQueries;
  pulse: StationPulse;
  names: PlantNames;
  sites: Sites;
  listSources: (() => readonly SourceStatus[]) | undefined;
  clock: Clock;
}): StationStates {
  /** What the watched folders of a station say about it. */
  function sourceFacts(stationId: number): Pick<StationFacts, 'isJudged' | 'sourceOffline'> {
    const sources = names.siteIdOf(stationId) === sites.own.id ? listSources?.() : undefined;
    if (sources === undefined) return { isJudged: true, sourceOffline: null };
    const roots = names.groupOf(stationId).flatMap(folders.rootsOf);
    const own = sources.filter(({ id }) => roots.includes(id));
    const offline = own.filter(({ state }) => state === 'offline');
    const since = offline.flatMap(({ offlineSince }) => offlineSince ?? []);
    const swept = own.length > 0 ? own : sources;
    return {
      isJudged: swept.length > 0 && swept.every(({ state }) => state !== 'starting'),
      sourceOffline: offline.length > 0 ? { sinceAt: since.length > 0 ? Math.min(...since) : null } : null,
    };
  }

  return {
    async read(stationId) {
      const lastSeenAt = (await inspections.findLastSeenAt(stationId)) ?? null;
      const { usualIntervalMs, ngBurstSince, belowUsual, hasHistory } = await pulse.read(stationId);
      const now = clock.now();
      const pace = { lastSeenAt, usualIntervalMs };
      const judged = judgeStation({
        ...noFacts,
        ...sourceFacts(stationId),
        lastSeenAt,
        hasHistory,
        isRunning: isStationRunning(pace, now),
        silent: stationSilence(pace, now),
        ngBurst: ngBurstSince === null ? null : { sinceAt: ngBurstSince },
        // A burst is the sharper word for the same drop.
        usualYield:
          belowUsual === null || ngBurstSince !== null ? null : { sinceAt: null, usual: belowUsual },
      });
      return { ...judged, lastSeenAt };
    },
  };
}
