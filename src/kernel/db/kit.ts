import type { AnyColumn, SQL } from 'drizzle-orm';
import { index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

/**
 * The column kit: the column types of all tables, so that one schema serves three databases. SQLite's kit is the
 * canonical type; those of PostgreSQL and MySQL are builders of their own dialect cast to it. The condition of a partial
 * index is ignored by dialects without them.
 */
export const sqliteKit = {
  table: sqliteTable,
  /** Auto-incremented integer primary key. */
  key: (name: string) => integer(name).primaryKey(),
  /** The same for a table of facts: on PostgreSQL the shard column joins it, by `factKey`. */
  factId: (name: string) => integer(name).primaryKey(),
  /** Reference to another table's key. */
  ref: (name: string) => integer(name),
  text: (name: string, _maxLength: number) => text(name),
  enumText: <const T extends readonly [string, ...string[]]>(name: string, values: T) =>
    text(name, { enum: values as unknown as [T[number], ...T[number][]] }),
  int: (name: string) => integer(name),
  /** An instant in epoch milliseconds, UTC, or a duration in milliseconds. */
  ms: (name: string) => integer(name),
  real: (name: string) => real(name),
  bool: (name: string) => integer(name, { mode: 'boolean' }),
  json: <T>(name: string) => text(name, { mode: 'json' }).$type<T>(),
  index: (name: string, columns: IndexColumns, where?: SQL) => {
    const built = index(name).on(...(columns as never as SqliteIndexColumns));
    return where ? built.where(where) : built;
  },
  uniqueIndex: (name: string, columns: IndexColumns) =>
    uniqueIndex(name).on(...(columns as never as SqliteIndexColumns)),
  primaryKey: (columns: IndexColumns) => primaryKey({ columns: columns as never }),
  /**
   * The key of a fact's table. On PostgreSQL each key and unique index of such a table contains its shard column, so that a
   * group of plants can distribute the table by it or partition it, without new keys.
   */
  factKey: (_id: AnyColumn, _shard: AnyColumn) => [] as ReturnType<typeof primaryKey>[],
  /** A unique index of a fact's table; on PostgreSQL with its shard column. */
  factUniqueIndex: (name: string, columns: IndexColumns, _shard: AnyColumn) =>
    uniqueIndex(name).on(...(columns as never as SqliteIndexColumns)),
};

export type Kit = typeof sqliteKit;
type IndexColumns = readonly [AnyColumn, ...AnyColumn[]];
type SqliteIndexColumns = Parameters<ReturnType<typeof index>['on']>;
