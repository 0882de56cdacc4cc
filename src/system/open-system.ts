import type { Publish } from '../events.ts';
import type { Log } from '../kernel/log.ts';
import type { Config } from '../kernel/settings/config.ts';
import type { Clock } from '../kernel/time/clock.ts';
import { secondMs } from '../kernel/time/durations.ts';
import type { StationMetric } from './metrics.ts';
import { readSystemState, type SystemParts } from './read-state.ts';
import { type System, startSystem } from './system.ts';

const megabyte = 1_000_000;

/** Samples how the process is doing, and judges it by what is normal with these settings. */
export function openSystem(options: {
  parts: SystemParts;
  readStations: () => Promise<StationMetric[]>;
  config: Config;
  version: string;
  publish: Publish;
  clock: Clock;
  log: Log;
}): System {
  const { parts, readStations, config, version, publish, clock, log } = options;
  return startSystem({
    limits: {
      pollIntervalMs: config.pollIntervalSec * secondMs,
      maxViewers: config.maxViewers,
      thumbnailBytes: config.thumbBudgetMb * megabyte,
    },
    version,
    clock,
    log,
    readState: () => readSystemState(parts),
    readStations,
    onSample: () => publish('system.sampled', undefined),
  });
}
