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
      /** Images that an earlier version had left out and that were found again (see `directories.recoverBefore`). */
      recoveredCount: kit.int('recovered_count').notNull().default(0),
      /** How its images are named; each null where the settings say it. Of the two patterns that of the path wins. */
      fileNameRegex: kit.text('file_name_regex', 1000),
      pathRegex: kit.text('path_regex', 1000),
      verdictWords: kit.text('verdict_words', 500),
      /** Since when an administrator has it watched; null for a folder of the settings, and one that is watched no more. */
      addedAt: kit.ms('added_at'),
      /** Names are read again under a new pattern: of its folders all up to this id are done. Null when none are left. */
      rereadFrom: kit.int('reread_from'),
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
      /** Folders in it at its last listing; null for one listed by an earlier version. */
      folderCount: kit.int('folder_count'),
      /** The folder's number on its disk, which a rename keeps. */
      inode: kit.int('inode'),
      /** When a rename of the folder last changed its path. */
      movedAt: kit.ms('moved_at'),
      /**
       * Its listing was forgotten by an update that counts what an earlier version left out: an image from before this
       * instant that is found now is recovered, not new. Null once the folder was listed again.
       */
      recoverBefore: kit.ms('recover_before'),
    },
    (t) => [kit.uniqueIndex('directories_path', [t.rootId, t.path])],
  );
  /** The models that were ever inspected at a station. */
  const stationParts = kit.table(
    'station_parts',
    { stationId: kit.ref('station_id').notNull(), partId: kit.ref('part_id').notNull() },
    (t) => [kit.primaryKey([t.stationId, t.partId])],
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
   * Work on rows behind the pages, by site. `folders` and `times`: what is left to mend of rows that an earlier version wrote;
   * begun by a migration, resumed at `position` after an interruption, and deleted when nothing is left. `removal`: the root
   * `position` is being removed with everything found in it. The `…Ids`: the last id that was given out before rows were
   * removed (see `kept-ids.ts`).
   */
  const repairs = kit.table(
    'repairs',
    {
      siteId: kit.ref('site_id').notNull(),
      name: kit.text('name', 32).notNull(),
      position: kit.int('position').notNull(),
    },
    (t) => [kit.primaryKey([t.siteId, t.name])],
  );
  return { roots, directories, stationParts, sweeps, repairs };
}

function defineFactTables(kit: Kit) {
  /**
   * One row a file. Idempotent by (directory, name); a renamed file is recognised by its number on the disk and keeps its
   * row. Old images found by the first sweep have no `sizeBytes` until they are first viewed. No statement sets the station
   * of a row: it is what PostgreSQL distributes the table by.
   */
  const inspections = kit.table(
    'inspections',
    {
      id: kit.factId('id'),
      directoryId: kit.ref('directory_id').notNull(),
      name: kit.text('name', 255).notNull(),
      stationId: kit.ref('station_id').notNull(),
      partId: kit.ref('part_id').notNull(),
      capturedAt: kit.ms('captured_at').notNull(),
      /** The time in the name, where it lay too far ahead to be believed; `capturedAt` is when the file was found then. */
      namedAt: kit.ms('named_at'),
      verdict: kit.enumText('verdict', ['OK', 'NG']),
      /** The verdict's word in the name, where it means neither OK nor NG: the image is undecided until a person judges it. */
      word: kit.text('word', 40),
      sequence: kit.int('sequence'),
      /** Which view of its unit the image shows, where the pattern tells. */
      view: kit.text('view', 40),
      /** Serial number of the unit, where the pattern tells. */
      unit: kit.text('unit', 80),
      sizeBytes: kit.int('size_bytes'),
      modifiedAt: kit.ms('modified_at'),
      /** The file's number on its disk, which a rename keeps. */
      inode: kit.int('inode'),
      foundAt: kit.ms('found_at').notNull(),
      missingAt: kit.ms('missing_at'),
      /** Since when retention deletes or has deleted the file: then its absence is no loss. */
      clearedAt: kit.ms('cleared_at'),
      rejudgedAt: kit.ms('rejudged_at'),
      previousVerdict: kit.enumText('previous_verdict', ['OK', 'NG']),
      revision: kit.int('revision').notNull().default(0),
    },
    (t) => [
      ...kit.factKey(t.id, t.stationId),
      kit.factUniqueIndex('inspections_file', [t.directoryId, t.name], t.stationId),
      kit.index('inspections_time', [t.stationId, t.partId, t.capturedAt, t.sequence]),
      kit.index('inspections_ng', [t.stationId, t.capturedAt], sql`${t.verdict} = 'NG'`),
      kit.index('inspections_unjudged', [t.stationId, t.capturedAt], sql`${t.verdict} is null`),
      kit.index('inspections_unit', [t.stationId, t.unit], sql`${t.unit} is not null`),
      kit.index('inspections_named', [t.stationId, t.namedAt], sql`${t.namedAt} is not null`),
      kit.index('inspections_count', [t.stationId, t.sequence, t.capturedAt], sql`${t.sequence} is not null`),
    ],
  );
  const badImages = kit.table(
    'bad_images',
    {
      inspectionId: kit.ref('inspection_id').notNull(),
      stationId: kit.ref('station_id').notNull(),
      reason: kit.text('reason', 500).notNull(),
      failedAt: kit.ms('failed_at').notNull(),
      attempts: kit.int('attempts').notNull(),
    },
    (t) => [kit.primaryKey([t.inspectionId, t.stationId]), kit.index('bad_images_failed', [t.failedAt])],
  );
  /** Missing and repeated COUNT values, derived hour by hour from the inspections. */
  const sequenceGaps = kit.table(
    'sequence_gaps',
    {
      id: kit.factId('id'),
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
      ...kit.factKey(t.id, t.stationId),
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
    undecided: kit.int('undecided').notNull().default(0),
    /** How many of `ok` and `ng` are further views of a unit: without them the counts are those of units. */
    furtherOk: kit.int('further_ok').notNull().default(0),
    furtherNg: kit.int('further_ng').notNull().default(0),
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
        sql`${t.checkedCount} <> ${t.ok} + ${t.ng} + ${t.unmatched} + ${t.undecided}`,
      ),
    ],
  );
  return { inspectionMinutes, inspectionHours };
}
