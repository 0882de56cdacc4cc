import { and, desc, eq, getTableColumns, isNull, lte } from 'drizzle-orm';
import { type Placeholders, prepared } from '../kernel/db/prepared.ts';
import type { Clock } from '../kernel/time/clock.ts';
import type { Db } from '../schema/db.ts';
import type { RemovedByPolicy } from '../schema/retention-tables.ts';

/** The newest so many runs are kept. */
const maxRuns = 100;

/**
 * Why a run began: on time (`night`); later, because the process was down at that time (`late`); as the site's first;
 * because the one before was cut short or failed (`again`); because a disk filled up; or on request (`hand`).
 */
export const runCauses = ['night', 'late', 'first', 'again', 'disk', 'hand'] as const;
export type RunCause = (typeof runCauses)[number];
/** `stopped`: by a shutdown, a crash or the loss of the lead; `failed`: at least one policy could not be applied. */
export const runOutcomes = ['done', 'stopped', 'failed'] as const;
export type RunOutcome = (typeof runOutcomes)[number];

export type Run = {
  id: number;
  startedAt: number;
  endedAt: number | null;
  cause: RunCause;
  outcome: RunOutcome | null;
  removed: RemovedByPolicy;
};

/** The only reads and writes of the table `retention_runs`. */
export type Runs = {
  begin(cause: RunCause): Promise<number>;
  /** Saves the progress of a run. */
  save(id: number, removed: RemovedByPolicy): Promise<void>;
  end(id: number, outcome: RunOutcome, removed: RemovedByPolicy): Promise<void>;
  /** Marks the runs that a dead process left unfinished as stopped. */
  closeOpen(): Promise<void>;
  /** Newest first. */
  list(limit?: number): Promise<Run[]>;
};

export function createRuns(db: Db, siteId: number, clock: Clock): Runs {
  const { retentionRuns: runs } = db.tables;
  const own = eq(runs.siteId, siteId);
  const { siteId: _, ...columns } = getTableColumns(runs);
  const selectNewest = prepared((value: Placeholders<{ limit: number }>) =>
    db.read.select(columns).from(runs).where(own).orderBy(desc(runs.id)).limit(value.limit),
  );
  return {
    begin: (cause) =>
      db.tx(async (q) => {
        await q.insert(runs).values({ siteId, startedAt: clock.now(), cause, removed: {} });
        const newest = await q
          .select({ id: runs.id })
          .from(runs)
          .where(own)
          .orderBy(desc(runs.id))
          .limit(maxRuns + 1);
        if (newest.length > maxRuns) await q.delete(runs).where(and(own, lte(runs.id, newest[maxRuns]!.id)));
        return newest[0]!.id;
      }),
    save: async (id, removed) => {
      await db.tx((q) => q.update(runs).set({ removed }).where(eq(runs.id, id)));
    },
    end: async (id, outcome, removed) => {
      const ended = { endedAt: clock.now(), outcome, removed };
      await db.tx((q) => q.update(runs).set(ended).where(eq(runs.id, id)));
    },
    closeOpen: async () => {
      const ended = { endedAt: clock.now(), outcome: 'stopped' as const };
      await db.tx((q) =>
        q
          .update(runs)
          .set(ended)
          .where(and(own, isNull(runs.endedAt))),
      );
    },
    list: (limit = maxRuns) => selectNewest({ limit }),
  };
}
