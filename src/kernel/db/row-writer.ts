import type BetterSqlite from 'better-sqlite3';
import type { AnyColumn } from 'drizzle-orm';
import { getTableColumns, getTableName, sql } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Database, Queryable } from './database.ts';
import { excluded, insertMissing, upsert } from './write.ts';

type Keys<T extends SQLiteTable> = keyof T['$inferInsert'] & string;
type RowOf<T extends SQLiteTable, K extends Keys<T>> = { readonly [Key in K]: T['$inferInsert'][Key] };

/** What happens to a row whose key exists: it stays as it is, or these columns are added to it. */
export type OnConflict<K> = 'ignore' | { target: readonly K[]; add: readonly K[] };

/** Writes rows into its table, in a transaction of the caller's. */
export type WriteRows<Row> = (q: Queryable, rows: readonly Row[]) => Promise<void>;

/** Measured with events: as fast as a hundred, and twice as fast as one. */
const rowsPerStatement = 50;

/**
 * A writer of the columns `keys` of a table. On SQLite its statements are compiled once: the query builder takes longer to
 * put one together than the database to run it. Servers get a statement a batch, as ever.
 */
export function createRowWriter<T extends SQLiteTable, K extends Keys<T>>(
  db: Pick<Database<unknown>, 'dialect' | 'sqlite'>,
  table: T,
  keys: readonly K[],
  onConflict: OnConflict<K>,
): WriteRows<RowOf<T, K>> {
  const columns = getTableColumns(table) as Record<string, AnyColumn>;
  const columnOf = (key: K): AnyColumn => {
    const column = columns[key];
    if (column === undefined) throw new Error(`${getTableName(table)} has no column ${key}`);
    return column;
  };
  if (db.sqlite)
    return writeByStatement(
      db.sqlite.writer,
      table,
      keys.map((key) => [key, columnOf(key)]),
      onConflict,
      columnOf,
    );
  if (onConflict === 'ignore') return (q, rows) => insertMissing(db.dialect, q, table, rows);
  const set = Object.fromEntries(
    onConflict.add.map((key) => [key, sql`${columnOf(key)} + ${excluded(db.dialect, columnOf(key))}`]),
  );
  const target = onConflict.target.map(columnOf);
  return (q, rows) => upsert(db.dialect, q, table, rows, { target, set });
}

function writeByStatement<K extends string, Row extends { readonly [Key in K]: unknown }>(
  writer: BetterSqlite.Database,
  table: SQLiteTable,
  columns: readonly (readonly [K, AnyColumn])[],
  onConflict: OnConflict<K>,
  columnOf: (key: K) => AnyColumn,
): WriteRows<Row> {
  const names = columns.map(([, { name }]) => name).join(', ');
  const row = `(${columns.map(() => '?').join(', ')})`;
  // Not `or ignore`, which would pass over a row without a value that it must have.
  const clause =
    onConflict === 'ignore'
      ? 'on conflict do nothing'
      : `on conflict (${onConflict.target.map((key) => columnOf(key).name).join(', ')}) do update set ${onConflict.add
          .map((key) => `${columnOf(key).name} = ${columnOf(key).name} + excluded.${columnOf(key).name}`)
          .join(', ')}`;
  const prepare = (count: number) =>
    writer.prepare(
      `insert into ${getTableName(table)} (${names}) values ${Array(count).fill(row).join(', ')} ${clause}`,
    );
  const one = prepare(1);
  const many = prepare(rowsPerStatement);
  const pushValues = (values: unknown[], written: Row) => {
    for (const [key, column] of columns) {
      const value = written[key];
      values.push(value === null || value === undefined ? null : column.mapToDriverValue(value));
    }
  };
  return async (_q, rows) => {
    let from = 0;
    for (; from + rowsPerStatement <= rows.length; from += rowsPerStatement) {
      const values: unknown[] = [];
      for (const written of rows.slice(from, from + rowsPerStatement)) pushValues(values, written);
      many.run(values);
    }
    for (const written of rows.slice(from)) {
      const values: unknown[] = [];
      pushValues(values, written);
      one.run(values);
    }
  };
}
