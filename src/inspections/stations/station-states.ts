import type { AlarmEpisode, AlarmKey } from '../../alerts/model.ts';
import { mapFairly } from '../../kernel/jobs/map-fairly.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import { minuteMs } from '../../kernel/time/durations.ts';
import type { PlantNames } from '../../plant/names.ts';
import type { Sites } from '../../plant/sites.ts';
import { isStationRunning, stationSilence } from '../../plant/station-pauses.ts';
import {
  type JudgedStation,
  judgeStation,
  noFacts,
  type StationFacts,
  type StationState,
  type StationStateCode,
} from '../../plant/station-state.ts';
import type { SourceStatus } from '../model.ts';
import type { InspectionQueries } from '../queries/inspection-queries.ts';
import type { Folders } from '../recording/folders.ts';
import type { StationPulse } from './station-pulse.ts';

/** A station now: its state, and when it was seen last. */
export type StationNow = JudgedStation & { lastSeenAt: number | null };

/** Collects the facts of a station and has its state judged. Everything that prints a state reads it here. */
export type StationStates = {
  read(stationId: number): Promise<StationNow>;
  /** Ids of the watched folders that its images are found in. */
  rootsOf(stationId: number): Promise<number[]>;
  /** The stations of the own site that are on the pages, for programs: by name, with the code of the state. */
  /** The states of the same stations, in no order. */
  listStates(): Promise<(StationState | null)[]>;
  listOwn(): Promise<{ station: string; state: StationStateCode | null; lastSeenAt: number | null }[]>;
};

/** Further stations are in no metric; so many come from a folder that was not meant to be watched. */
const maxListed = 1_000;
/** The tests of a station follow its images within minutes; further behind, nobody judges it. */
const maxTestLagMs = 15 * minuteMs;

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
  // Where names tell the station, its folder may be known for another one: then the newest image tells.
  async function rootsOf(stationId: number): Promise<number[]> {
    const known = names.groupOf(stationId).flatMap(folders.rootsOf);
    if (known.length > 0) return known;
    const [newest] = await inspections.list({ stationId }, { limit: 1 });
    return newest ? [newest.rootId] : [];
  }

  /** What the watched folders of a station say about it. */
  async function sourceFacts(stationId: number): Promise<Pick<StationFacts, 'isJudged' | 'sourceOffline'>> {
    const sources = names.siteIdOf(stationId) === sites.own.id ? listSources?.() : undefined;
    if (sources === undefined) return { isJudged: true, sourceOffline: null };
    const roots = await rootsOf(stationId);
    const own = sources.filter(({ id }) => roots.includes(id));
    const offline = own.filter(({ state }) => state === 'offline');
    const since = offline.flatMap(({ offlineSince }) => offlineSince ?? []);
    const swept = own.length > 0 ? own : sources;
    return {
      isJudged: swept.length > 0 && swept.every(({ state }) => state !== 'starting'),
      sourceOffline: offline.length > 0 ? { sinceAt: since.length > 0 ? Math.min(...since) : null } : null,
    };
  }

  function clockFact(stationId: number): StationFacts['clockWrong'] {
    const offsets = names.groupOf(stationId).flatMap((id) => names.getStationRow(id).clockAheadMs ?? []);
    return offsets.length === 0 ? null : { aheadMs: Math.max(...offsets) };
  }

  async function read(stationId: number): Promise<StationNow> {
    const lastSeenAt = (await inspections.findLastSeenAt(stationId)) ?? null;
    const { pauses, alarms, usual, testedAt } = await pulse.read(stationId);
    const { isJudged: isSwept, sourceOffline } = await sourceFacts(stationId);
    const isTested = testedAt === null || lastSeenAt === null || testedAt > lastSeenAt - maxTestLagMs;
    const now = clock.now();
    const pace = { lastSeenAt, pauses };
    const judged = judgeStation({
      ...noFacts,
      sourceOffline,
      isJudged: isSwept && isTested,
      clockWrong: clockFact(stationId),
      lastSeenAt,
      hasHistory: usual.some(({ isEnough }) => isEnough),
      isRunning: isStationRunning(pace, now),
      silent: stationSilence(pace, now),
      ...alarmFacts(alarms),
    });
    return { ...judged, lastSeenAt };
  }

  return {
    read,
    rootsOf,
    listStates: () =>
      mapFairly(
        names.listStations(sites.own.id).slice(0, maxListed),
        async ({ id }) => (await read(id)).state,
      ),
    listOwn: () =>
      mapFairly(names.listStations(sites.own.id).slice(0, maxListed), async ({ id, name }) => {
        const { state, lastSeenAt } = await read(id);
        return { station: name, state: state?.code ?? null, lastSeenAt };
      }),
  };
}

/** What alarms that are on say about a station. */
function alarmFacts(
  alarms: readonly AlarmEpisode[],
): Pick<StationFacts, 'ngBurst' | 'belowTarget' | 'usualYield'> {
  const on = (key: AlarmKey) => alarms.find((alarm) => alarm.key === key);
  const [burst, target, drop] = [on('ngBurst'), on('belowTarget'), on('usualYield')];
  const usual = drop?.grounds.usual;
  return {
    ngBurst: burst ? { sinceAt: burst.beganAt } : null,
    belowTarget: target
      ? { sinceAt: target.beganAt, target: target.grounds.target && 1 - target.grounds.target.share }
      : null,
    // A burst is the sharper word for the same drop.
    usualYield:
      drop && !burst
        ? { sinceAt: drop.beganAt, usual: usual ? 1 - usual.ng / usual.inspections : null }
        : null,
  };
}
