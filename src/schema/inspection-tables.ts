import { sql } from 'drizzle-orm';
import type { Kit } from '../kernel/db/kit.ts';

/** Tables owned by `inspections/`: watched folders, their images, and what is counted of them. */
export function defineInspectionTables(kit: Kit) {
  return { ...defineFolderTables(kit), ...defineFactTables(kit), ...defineRollUpTables(kit) };
}

function defineFolderTables(kit: Kit) {
  /** Watched folders. Two sites may have one of the same path, each on a machine of its own. */
  const roots = kit.table(
    'roots',
    {
      id: kit.key('id'),
      siteId: kit.ref('site_id').notNull(),
      path: kit.text('path', 700).notNull(),
      createdAt: kit.ms('created_at').notNull(),
    },
    (t) => [kit.uniqueIndex('roots_path', [t.siteId, t.path])],
  );
  /** Folders below a root. `modifiedAt` and `listedAt` let a sweep pass over what has not changed since. */
  const directories = kit.table(
    'directories',
    {
      id: kit.key('id'),
      rootId: kit.ref('root_id').notNull(),
      path: kit.text('path', 700).notNull(),
      stationId: kit.ref('station_id').notNull(),
      partId: kit.ref('part_id').notNull(),
      modifiedAt: kit.ms('modified_at'),
      listedAt: kit.ms('listed_at'),
      fileCount: kit.int('file_count').notNull().default(0),
    },
    (t) => [kit.uniqueIndex('directories_path', [t.rootId, t.path])],
  );
  const sweeps = kit.table(
    'sweeps',
    {
      id: kit.key('id'),
      rootId: kit.ref('root_id').notNull(),
      kind: kit.enumText('kind', ['sweep', 'reconcile']).notNull(),
      startedAt: kit.ms('started_at').notNull(),
      durationMs: kit.ms('duration_ms').notNull(),
      filesSeen: kit.int('files_seen').notNull(),
      filesAdded: kit.int('files_added').notNull(),
    },
    (t) => [kit.index('sweeps_started', [t.startedAt])],
  );
  /**
   * How far retention has come at a site: `rows` is the instant before which inspections were deleted and are taken up
   * no more, `files` the hour up to which image files were deleted. Without a row nothing ever was.
   */
  const horizons = kit.table(
    'horizons',
    {
      siteId: kit.ref('site_id').notNull(),
      name: kit.enumText('name', ['rows', 'files']).notNull(),
      at: kit.ms('at').notNull(),
    },
    (t) => [kit.primaryKey([t.siteId, t.name])],
  );
  return { roots, directories, sweeps, horizons };
}

function defineFactTables(kit: Kit) {
  /**
   * One row an inspected unit. Idempotent by (directory, name); the unit itself is (station, part, time, COUNT),
   * so that a renamed file re-judges its row. Old images found by the first sweep have no `sizeBytes` until
   * they are first viewed.
   */
  const inspections = kit.table(
    'inspections',
    {
      id: kit.key('id'),
      directoryId: kit.ref('directory_id').notNull(),
      name: kit.text('name', 255).notNull(),
      stationId: kit.ref('station_id').notNull(),
      partId: kit.ref('part_id').notNull(),
      capturedAt: kit.ms('captured_at').notNull(),
      verdict: kit.enumText('verdict', ['OK', 'NG']),
      sequence: kit.int('sequence'),
      sizeBytes: kit.int('size_bytes'),
      modifiedAt: kit.ms('modified_at'),
      foundAt: kit.ms('found_at').notNull(),
      missingAt: kit.ms('missing_at'),
      /** Since when retention deletes or has deleted the file: then its absence is no loss. */
      clearedAt: kit.ms('cleared_at'),
      rejudgedAt: kit.ms('rejudged_at'),
      previousVerdict: kit.enumText('previous_verdict', ['OK', 'NG']),
      revision: kit.int('revision').notNull().default(0),
    },
    (t) => [
      kit.uniqueIndex('inspections_file', [t.directoryId, t.name]),
      kit.uniqueIndex('inspections_unit', [t.stationId, t.partId, t.capturedAt, t.sequence]),
      kit.index('inspections_ng', [t.stationId, t.capturedAt], sql`${t.verdict} = 'NG'`),
      kit.index('inspections_unmatched', [t.stationId, t.capturedAt], sql`${t.verdict} is null`),
    ],
  );
  const badImages = kit.table(
    'bad_images',
    {
      inspectionId: kit.ref('inspection_id').primaryKey(),
      reason: kit.text('reason', 500).notNull(),
      failedAt: kit.ms('failed_at').notNull(),
      attempts: kit.int('attempts').notNull(),
    },
    (t) => [kit.index('bad_images_failed', [t.failedAt])],
  );
  /** Missing and repeated COUNT values, derived hour by hour from the inspections. */
  const sequenceGaps = kit.table(
    'sequence_gaps',
    {
      id: kit.key('id'),
      stationId: kit.ref('station_id').notNull(),
      partId: kit.ref('part_id').notNull(),
      hourAt: kit.ms('hour_at').notNull(),
      kind: kit.enumText('kind', ['missing', 'repeated', 'reset', 'misread']).notNull(),
      fromSequence: kit.int('from_sequence').notNull(),
      toSequence: kit.int('to_sequence').notNull(),
      count: kit.int('count').notNull(),
      fromAt: kit.ms('from_at').notNull(),
      toAt: kit.ms('to_at').notNull(),
    },
    (t) => [
      kit.index('sequence_gaps_hour', [t.stationId, t.partId, t.hourAt]),
      kit.index('sequence_gaps_time', [t.toAt]),
    ],
  );
  return { inspections, badImages, sequenceGaps };
}

function defineRollUpTables(kit: Kit) {
  const counts = () => ({
    startAt: kit.ms('start_at').notNull(),
    stationId: kit.ref('station_id').notNull(),
    partId: kit.ref('part_id').notNull(),
    ok: kit.int('ok').notNull(),
    ng: kit.int('ng').notNull(),
    unmatched: kit.int('unmatched').notNull(),
  });
  const inspectionMinutes = kit.table('inspection_minutes', counts(), (t) => [
    kit.primaryKey([t.startAt, t.stationId, t.partId]),
  ]);
  /**
   * `checkedCount` is how many images the COUNT check had seen; unequal to their number means "look again". It is
   * negated where only the neighbouring hours have changed.
   */
  const inspectionHours = kit.table(
    'inspection_hours',
    { ...counts(), checkedCount: kit.int('checked_count').notNull().default(0) },
    (t) => [
      kit.primaryKey([t.startAt, t.stationId, t.partId]),
      kit.index('inspection_hours_station', [t.stationId, t.partId, t.startAt]),
      kit.index(
        'inspection_hours_unchecked',
        [t.startAt],
        sql`${t.checkedCount} <> ${t.ok} + ${t.ng} + ${t.unmatched}`,
      ),
    ],
  );
  return { inspectionMinutes, inspectionHours };
}
