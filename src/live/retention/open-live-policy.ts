import type { RetentionPolicy } from '../../kernel/retention-policy.ts';
import type { Config } from '../../kernel/settings/config.ts';
import type { DataPaths } from '../../kernel/storage/data-paths.ts';
import { isWithin } from '../../kernel/storage/is-within.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import type { Db } from '../../schema/db.ts';
import { createLivePolicy, type RetainedImages } from './live-retention-policy.ts';

const gigabyte = 1e9;

/** The limits alone allow deletion in our own folder; any other folder needs RETENTION_DELETE_SOURCE as well. */
export function openLivePolicy(options: {
  config: Config;
  paths: DataPaths;
  db: Db;
  live: RetainedImages;
  clock: Clock;
}): RetentionPolicy {
  const { config, paths, db, live, clock } = options;
  const { dir, isOwn } = paths.live;
  const days = config.retentionLiveDays;
  const bytes = config.retentionLiveGb * gigabyte;
  return createLivePolicy({
    db,
    clock,
    live,
    days,
    bytes,
    mayDelete: (path) => config.retentionDeleteSource || (isOwn && isWithin(dir, path)),
    freesDisks: config.retentionDeleteSource || days > 0 || bytes > 0,
  });
}
