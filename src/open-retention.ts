import { createAuditPolicy } from './access/audit-policy.ts';
import type { Images } from './inspections/images/start-images.ts';
import type { InspectionReads } from './inspections/reads.ts';
import { createGapPolicy } from './inspections/retention/gap-policy.ts';
import { readingHindrance } from './inspections/retention/reading-hindrance.ts';
import { createRowPolicy } from './inspections/retention/row-policy.ts';
import { createSourcePolicy } from './inspections/retention/source-policy.ts';
import type { Sources } from './inspections/watching/sources.ts';
import { createCopiesPolicy } from './kernel/db/sqlite/copies-policy.ts';
import { createThumbnailPolicy } from './kernel/images/thumbnails/thumbnail-policy.ts';
import type { Log } from './kernel/log.ts';
import type { Bus } from './kernel/processes/bus/bus.ts';
import type { RetentionPolicy } from './kernel/retention-policy.ts';
import type { Config } from './kernel/settings/config.ts';
import type { DataPaths } from './kernel/storage/data-paths.ts';
import { isWithin } from './kernel/storage/is-within.ts';
import type { Clock } from './kernel/time/clock.ts';
import type { Live } from './live/live.ts';
import { createLivePolicy } from './live/retention/live-retention-policy.ts';
import type { Gone } from './retention/cuts.ts';
import { forwardRuns } from './retention/forward-run.ts';
import { createRetention, type Retention } from './retention/retention.ts';
import type { Db } from './schema/db.ts';

const gigabyte = 1e9;

type Parts = {
  config: Config;
  paths: DataPaths;
  clock: Clock;
  log: Log;
  db: Db;
  reads: InspectionReads;
  sources: Sources;
  images: Images;
  live: Live;
  bus: Bus;
  onChanged: () => void;
  onRemoved: (policy: string, gone: Gone) => void;
};

/** Everything that is not kept for ever: first what is missed least, files before the rows that know them. */
export function openRetention(parts: Parts): Retention {
  const { config, paths, clock, log, db, sources, images, onChanged, onRemoved } = parts;
  const { own, wallClock } = parts.reads.sites;
  const hindrance = () => readingHindrance(sources.list());
  const files = createSourcePolicy({
    ...{ db, siteId: own.id, folders: parts.reads.folders, clock },
    isAllowed: config.retentionDeleteSource,
    days: config.retentionSourceDays,
    bytes: config.retentionSourceGb * gigabyte,
    rootPaths: sources.rootPaths,
    hindrance,
    onCleared: sources.noteCleared,
  });
  const rows = createRowPolicy({
    ...{ db, siteId: own.id, hindrance },
    days: config.retentionInspectionDays,
    neededFrom: files.neededFrom,
    onHorizon: sources.keepSince,
  });
  const forwardRun = forwardRuns(parts.bus, {
    siteId: own.id,
    run: () => {
      if (sources.sweepsHere()) retention.run();
    },
  });
  const retention = createRetention({
    isLeader: sources.sweepsHere,
    forwardRun,
    ...{ db, siteId: own.id, clock, wallClock, log, onChanged, onRemoved },
    policies: [
      createThumbnailPolicy(images.thumbnails, paths.stateDir),
      ...(db.dialect === 'sqlite' ? [createCopiesPolicy(paths.dbPath, config.retentionCopyDays)] : []),
      files.policy,
      openLivePolicy(parts),
      rows,
      createGapPolicy(db, own.id, config.retentionGapDays),
      createAuditPolicy(db, config.retentionAuditDays),
    ],
    folders: () => [paths.stateDir, ...sources.rootPaths().map(({ path }) => path), ...liveFolders(parts)],
    marks: { high: config.diskHighPercent / 100, low: config.diskLowPercent / 100 },
    timeOfDay: config.retentionAt,
  });
  return retention;
}

/** Files of our own folder may go by the limits alone, those of any other only where deleting is allowed at all. */
function openLivePolicy({ config, paths, clock, db, live }: Parts): RetentionPolicy {
  const { dir, isOwn } = paths.live;
  const [days, bytes] = [config.retentionLiveDays, config.retentionLiveGb * gigabyte];
  return createLivePolicy({
    ...{ db, clock, live, days, bytes },
    mayDelete: (path) => config.retentionDeleteSource || (isOwn && isWithin(dir, path)),
    freesDisks: config.retentionDeleteSource || days > 0 || bytes > 0,
  });
}

function liveFolders({ live }: Parts): string[] {
  return live.watched().map(({ path }) => path);
}
