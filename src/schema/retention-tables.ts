import type { Kit } from '../kernel/db/kit.ts';

/** What one run deleted, by policy. */
export type RemovedByPolicy = Record<string, { count: number; bytes: number; failed: number }>;

/** Tables owned by `retention/`: the newest runs of each site. */
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
  return { retentionRuns };
}
