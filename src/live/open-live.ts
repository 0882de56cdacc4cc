import type { Publish } from '../events.ts';
import type { ThumbnailStore } from '../kernel/images/thumbnails/thumbnail-store.ts';
import type { Log } from '../kernel/log.ts';
import type { Bus } from '../kernel/processes/bus/bus.ts';
import { processName } from '../kernel/processes/process-name.ts';
import type { Config } from '../kernel/settings/config.ts';
import type { DataPaths } from '../kernel/storage/data-paths.ts';
import type { Clock } from '../kernel/time/clock.ts';
import { minuteMs, secondMs } from '../kernel/time/durations.ts';
import type { Db } from '../schema/db.ts';
import { createLive, type Live, type LiveOptions } from './live.ts';
import { parseStaleLimits } from './newest/cameras.ts';
import type { StationShot } from './newest/station-feed.ts';
import { parseNamedFolders } from './watching/find-folders.ts';

/** What is read of stations, so that each is a camera. */
type StationReads = {
  sites: { own: { id: number } };
  names: { listStations(siteId: number): { id: number }[]; siteIdOf(stationId: number): number };
  inspections: {
    /** Newest first. */
    list(filter: { stationId: number }, page: { limit: number }): Promise<StationShot[]>;
  };
  /** A station's usual interval, ms; null while unknown. */
  pulse: { pace(stationId: number): Promise<number | null> };
};

/** Live images as the settings have them; what happens is told as events. */
export function openLive(options: {
  config: Config;
  paths: DataPaths;
  db: Db;
  bus: Bus;
  reads: StationReads;
  store: ThumbnailStore;
  publish: Publish;
  clock: Clock;
  log: Log;
}): Promise<Live> {
  const { config, paths, publish, reads } = options;
  const siteId = reads.sites.own.id;
  return createLive({
    ...options,
    ...liveSettings(config, paths),
    ...{ siteId, processName },
    listStations: () => reads.names.listStations(siteId).map(({ id }) => id),
    readPace: reads.pulse.pace,
    readStation: async (stationId) => {
      const [shot] = await reads.inspections.list({ stationId }, { limit: 1 });
      // Another site's station may have the name of one of ours, and its images lie elsewhere.
      return reads.names.siteIdOf(stationId) === siteId ? shot : undefined;
    },
    told: {
      recorded: (news) => publish('live.recorded', news),
      image: (event) => publish('live.image', event),
      removed: (event) => publish('live.removed', event),
      silent: (event) => publish('live.silent', event),
      resumed: (event) => publish('live.resumed', event),
      changed: () => publish('live.changed', undefined),
    },
  });
}

/** Of what a channel holds at the start this is read first; it is what a wall shows. */
const recentMs = minuteMs;
/** A removed picture must not stay on the wall for long. */
const doubtMs = 500;

type Settled = Pick<
  LiveOptions,
  'place' | 'database' | 'named' | 'stale' | 'scan' | 'watchMode' | 'exclude' | 'timeZone'
>;

/** What the settings say of live images. */
function liveSettings(config: Config, { live, database }: DataPaths): Settled {
  return {
    place: live,
    database,
    named: parseNamedFolders(config.liveChannels),
    stale: parseStaleLimits(config.liveStaleSec),
    scan: {
      minFileAgeMs: config.minFileAgeSec * secondMs,
      pollIntervalMs: config.pollIntervalSec * secondMs,
      reconcileIntervalMs: config.reconcileIntervalMin * minuteMs,
      recentMs,
      doubtMs,
    },
    watchMode: config.watchMode,
    exclude: config.exclude,
    timeZone: config.siteTimeZone,
  };
}
