import { type AnyColumn, type SQL, sql } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Dialect, Queryable } from './database.ts';

/** Rows a statement takes at most: PostgreSQL knows 65 535 values in one. */
const maxRowsPerStatement = 1_000;

type Row<T extends SQLiteTable> = T['$inferInsert'];
type MysqlInsert = {
  ignore(): { values(rows: unknown): Promise<unknown> };
  values(rows: unknown): { onDuplicateKeyUpdate(options: { set: unknown }): Promise<unknown> };
};

/** Adds rows; those whose key is there already are left as they are. */
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

/** Adds rows; where `target` is there already, `set` is done to its row instead (see `excluded`). */
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

/** The value a row that is there already would have been given. */
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
