import { createAuditKind } from './access/audit-kind.ts';
import type { Images } from './inspections/images/start-images.ts';
import type { InspectionReads } from './inspections/reads.ts';
import { createGapKind } from './inspections/retention/gap-kind.ts';
import { readingHindrance } from './inspections/retention/reading-hindrance.ts';
import { createRowKind } from './inspections/retention/row-kind.ts';
import { createSourceKind } from './inspections/retention/source-kind.ts';
import type { Sources } from './inspections/watching/sources.ts';
import { createCopiesKind } from './kernel/db/sqlite/copies-kind.ts';
import { createThumbnailKind } from './kernel/images/thumbnails/thumbnail-kind.ts';
import type { Log } from './kernel/log.ts';
import type { Bus } from './kernel/processes/bus/bus.ts';
import type { RetentionKind } from './kernel/retention-kind.ts';
import type { Config } from './kernel/settings/config.ts';
import { isWithin } from './kernel/storage/is-within.ts';
import type { Places } from './kernel/storage/places.ts';
import type { Clock } from './kernel/time/clock.ts';
import type { Live } from './live/live.ts';
import { createLiveKind } from './live/retention/retention-kind.ts';
import { sharePassedOn } from './retention/pass-on.ts';
import { createRetention, type Retention, type RetentionOptions } from './retention/retention.ts';
import type { Db } from './schema/db.ts';

const gigabyte = 1e9;

type Parts = {
  config: Config;
  places: Places;
  clock: Clock;
  log: Log;
  db: Db;
  reads: InspectionReads;
  sources: Sources;
  images: Images;
  live: Live;
  bus: Bus;
} & Pick<RetentionOptions, 'onChanged' | 'onRemoved'>;

/** Everything that is not kept for ever: first what is missed least, files before the rows that know them. */
export function openRetention(parts: Parts): Retention {
  const { config, places, clock, log, db, sources, images, onChanged, onRemoved } = parts;
  const { own, wallClock } = parts.reads.sites;
  const hindrance = () => readingHindrance(sources.list());
  const files = createSourceKind({
    ...{ db, siteId: own.id, folders: parts.reads.folders, clock },
    isAllowed: config.retentionDeleteSource,
    days: config.retentionSourceDays,
    bytes: config.retentionSourceGb * gigabyte,
    rootPaths: sources.rootPaths,
    hindrance,
    onCleared: sources.noteCleared,
  });
  const rows = createRowKind({
    ...{ db, siteId: own.id, hindrance },
    days: config.retentionInspectionDays,
    neededFrom: files.neededFrom,
    onHorizon: sources.keepSince,
  });
  const passOn = sharePassedOn(parts.bus, {
    siteId: own.id,
    run: () => {
      if (sources.sweepsHere()) retention.run();
    },
  });
  const retention = createRetention({
    isDuty: sources.sweepsHere,
    passOn,
    ...{ db, siteId: own.id, clock, wallClock, log, onChanged, onRemoved },
    kinds: [
      createThumbnailKind(images.store, places.stateDir),
      ...(db.dialect === 'sqlite' ? [createCopiesKind(places.dbPath, config.retentionCopyDays)] : []),
      files.kind,
      openLiveKind(parts),
      rows,
      createGapKind(db, own.id, config.retentionGapDays),
      createAuditKind(db, config.retentionAuditDays),
    ],
    folders: () => [places.stateDir, ...sources.rootPaths().map(({ path }) => path), ...liveFolders(parts)],
    marks: { high: config.diskHighPercent / 100, low: config.diskLowPercent / 100 },
    timeOfDay: config.retentionAt,
  });
  return retention;
}

/** Files of our own folder may go by the limits alone, those of any other only where deleting is allowed at all. */
function openLiveKind({ config, places, clock, db, live }: Parts): RetentionKind {
  const { dir, isOwn } = places.live;
  const [days, bytes] = [config.retentionLiveDays, config.retentionLiveGb * gigabyte];
  return createLiveKind({
    ...{ db, clock, live, days, bytes },
    mayDelete: (path) => config.retentionDeleteSource || (isOwn && isWithin(dir, path)),
    freesDisks: config.retentionDeleteSource || days > 0 || bytes > 0,
  });
}

function liveFolders({ live }: Parts): string[] {
  return live.watched().map(({ path }) => path);
}
