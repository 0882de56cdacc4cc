import type { Config } from '../kernel/settings/config.ts';
import type { Places } from '../kernel/storage/places.ts';
import type { LiveOptions } from './live.ts';
import { parseStaleLimits } from './newest/cameras.ts';
import { parseNamedFolders } from './watching/find-folders.ts';

const secondMs = 1_000;
const minuteMs = 60_000;
/** Of what a channel holds at the start this is read first; it is what a wall shows. */
const recentMs = minuteMs;
/** A removed picture must not stay on the wall for long. */
const doubtMs = 500;

type Settled = Pick<
  LiveOptions,
  'place' | 'database' | 'named' | 'stale' | 'scan' | 'watchMode' | 'exclude' | 'timeZone'
>;

/** What the settings say of live images. */
export function liveSettings(config: Config, { live, database }: Places): Settled {
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
