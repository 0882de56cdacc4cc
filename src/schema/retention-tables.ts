import type { Kit } from '../kernel/db/kit.ts';

/** What one run deleted, by policy. */
export type RemovedByPolicy = Record<string, { count: number; bytes: number; failed: number }>;

/** Tables owned by `retention/`: the newest runs of each site, and how full its disks were. */
export function defineRetentionTables(kit: Kit) {
  const retentionRuns = kit.table(
    'retention_runs',
    {
      id: kit.key('id'),
      siteId: kit.ref('site_id').notNull(),
      startedAt: kit.ms('started_at').notNull(),
      /** Null while it runs, or if its process died. */
      endedAt: kit.ms('ended_at'),
      cause: kit.enumText('cause', ['night', 'late', 'first', 'again', 'disk', 'hand']).notNull(),
      outcome: kit.enumText('outcome', ['done', 'stopped', 'failed']),
      removed: kit.json<RemovedByPolicy>('removed').notNull(),
    },
    (t) => [kit.index('retention_runs_site', [t.siteId])],
  );
  /** One row an hour and disk, named by the first of its folders; two weeks of them say when it will be full. */
  const diskSamples = kit.table(
    'disk_samples',
    {
      siteId: kit.ref('site_id').notNull(),
      folder: kit.text('folder', 700).notNull(),
      at: kit.ms('at').notNull(),
      usedBytes: kit.ms('used_bytes').notNull(),
    },
    (t) => [kit.primaryKey([t.siteId, t.folder, t.at])],
  );
  return { retentionRuns, diskSamples };
}
