import { type AnyColumn, type SQL, sql } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Dialect, Queryable } from './database.ts';

/** PostgreSQL allows 65 535 values in a statement. */
const maxRowsPerStatement = 1_000;

type Row<T extends SQLiteTable> = T['$inferInsert'];
type MysqlInsert = {
  ignore(): { values(rows: unknown): Promise<unknown> };
  values(rows: unknown): { onDuplicateKeyUpdate(options: { set: unknown }): Promise<unknown> };
};

/** Inserts rows, except those whose key exists. */
export async function insertMissing<T extends SQLiteTable>(
  dialect: Dialect,
  q: Queryable,
  table: T,
  rows: readonly Row<T>[],
): Promise<void> {
  for (const some of inChunks(rows)) {
    if (dialect === 'mysql') await mysqlInsert(q, table).ignore().values(some);
    else await q.insert(table).values(some).onConflictDoNothing();
  }
}

/** Inserts rows, or applies `set` to the existing row of the same `target` (see `excluded`). */
export async function upsert<T extends SQLiteTable>(
  dialect: Dialect,
  q: Queryable,
  table: T,
  rows: readonly Row<T>[],
  { target, set }: { target: AnyColumn[]; set: Record<string, unknown> },
): Promise<void> {
  for (const some of inChunks(rows)) {
    if (dialect === 'mysql') await mysqlInsert(q, table).values(some).onDuplicateKeyUpdate({ set });
    else
      await q
        .insert(table)
        .values(some)
        .onConflictDoUpdate({ target: target as never, set: set as never });
  }
}

/** In `set` of an upsert: the value that would have been inserted. */
export function excluded(dialect: Dialect, column: AnyColumn): SQL {
  const name = sql.identifier(column.name);
  return dialect === 'mysql' ? sql`values(${name})` : sql`excluded.${name}`;
}

function mysqlInsert(q: Queryable, table: SQLiteTable): MysqlInsert {
  return q.insert(table) as unknown as MysqlInsert;
}

function* inChunks<T>(rows: readonly T[]): Generator<T[]> {
  for (let i = 0; i < rows.length; i += maxRowsPerStatement) yield rows.slice(i, i + maxRowsPerStatement);
}
