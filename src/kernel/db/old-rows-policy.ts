import { and, asc, count, inArray, lt, min, type SQL } from 'drizzle-orm';
import type { AnySQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { RetentionPolicy } from '../retention-policy.ts';
import type { Database } from './database.ts';
import { type Placeholders, prepared } from './prepared.ts';

/** A transaction of so many rows takes a few milliseconds. */
const rowsPerStep = 500;

type Dated = SQLiteTable & { id: AnySQLiteColumn };

/**
 * Deletes the rows of a table that are older than so many days by an indexed column. To be created by the feature that
 * owns the table, because no other may delete its rows.
 */
export function createOldRowsPolicy<T>(options: {
  key: string;
  days: number;
  db: Pick<Database<T>, 'read' | 'tx'>;
  table: Dated;
  at: AnySQLiteColumn;
  /** Limits the policy to some rows of the table. */
  where?: SQL | undefined;
}): RetentionPolicy {
  const { key, days, db, table, at, where } = options;
  const selectHoldings = prepared(() =>
    db.read
      .select({ count: count(), oldestAt: min(at) })
      .from(table)
      .where(where),
  );
  const countBefore = prepared((value: Placeholders<{ before: number }>) =>
    db.read
      .select({ count: count() })
      .from(table)
      .where(and(where, lt(at, value.before))),
  );
  return {
    key,
    limits: { days, bytes: 0 },
    isEstimate: false,
    folders: () => [],
    hindrance: () => null,
    async read() {
      const [row] = await selectHoldings();
      const oldestAt = row?.oldestAt == null ? null : Number(row.oldestAt);
      return { count: row?.count ?? 0, bytes: null, oldestAt };
    },
    async preview(cut) {
      if (!('before' in cut)) return { count: 0, bytes: null };
      const [row] = await countBefore({ before: cut.before });
      return { count: row?.count ?? 0, bytes: null };
    },
    async remove(cut) {
      if (!('before' in cut)) return { count: 0, bytes: 0, failed: 0, isDone: true };
      const removed = await db.tx(async (q) => {
        const rows = await q
          .select({ id: table.id })
          .from(table)
          .where(and(where, lt(at, cut.before)))
          .orderBy(asc(at))
          .limit(rowsPerStep);
        const ids = rows.map(({ id }) => id);
        if (ids.length > 0) await q.delete(table).where(inArray(table.id, ids));
        return ids.length;
      });
      return { count: removed, bytes: 0, failed: 0, isDone: removed < rowsPerStep };
    },
  };
}
