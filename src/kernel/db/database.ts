import type BetterSqlite from 'better-sqlite3';
import type { BaseSQLiteDatabase } from 'drizzle-orm/sqlite-core';

/** What every query is written against: Drizzle's SQLite builder, awaited, whatever the database behind it. */
export type Queryable = BaseSQLiteDatabase<'async', unknown>;

export type Dialect = 'sqlite' | 'postgres' | 'mysql';

/**
 * An open database. Reads go through `read`; every write happens inside `tx`, one at a time, and must not wait
 * for anything but the database. `sqlite` is there for the few hot paths that speak to better-sqlite3 itself.
 */
export type Database<Tables> = {
  dialect: Dialect;
  tables: Tables;
  read: Queryable;
  /** Runs `fn` in one write transaction: all of it is kept or nothing. */
  tx<T>(fn: (q: Queryable) => Promise<T>): Promise<T>;
  /** Why nothing can be kept (the disk is full, read-only or gone); undefined once a write succeeds again. */
  writeFault(): string | undefined;
  /** Transactions waiting for their turn, the running one included. */
  pendingWrites(): number;
  /** Asks the database for a sign of life; throws when there is none. */
  ping(): Promise<void>;
  sqlite?: { writer: BetterSqlite.Database; reader: BetterSqlite.Database; path: string };
  close(): Promise<void>;
};
