import { and, asc, count, inArray, lt, min, type SQL } from 'drizzle-orm';
import type { AnySQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { RetentionKind } from '../retention-kind.ts';
import type { Database } from './database.ts';

/** A transaction of so many rows takes a few milliseconds. */
const rowsPerStep = 500;

type Dated = SQLiteTable & { id: AnySQLiteColumn };

/**
 * The kind of rows that are simply too old after some days, by a column with an index. For its owner to make: the rows
 * of a table are deleted by nobody else.
 */
export function createOldRowsKind<T>(options: {
  key: string;
  days: number;
  db: Pick<Database<T>, 'read' | 'tx'>;
  table: Dated;
  at: AnySQLiteColumn;
  /** Which of the table's rows are concerned; all where nothing is said. */
  where?: SQL | undefined;
}): RetentionKind {
  const { key, days, db, table, at, where } = options;
  return {
    key,
    limits: { days, bytes: 0 },
    isEstimate: false,
    folders: () => [],
    hindrance: () => null,
    async read() {
      const [row] = await db.read
        .select({ count: count(), oldestAt: min(at) })
        .from(table)
        .where(where);
      const oldestAt = row?.oldestAt == null ? null : Number(row.oldestAt);
      return { count: row?.count ?? 0, bytes: null, oldestAt };
    },
    async preview(cut) {
      if (!('before' in cut)) return { count: 0, bytes: null };
      const [row] = await db.read
        .select({ count: count() })
        .from(table)
        .where(and(where, lt(at, cut.before)));
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
