import type BetterSqlite from 'better-sqlite3';
import type { BaseSQLiteDatabase } from 'drizzle-orm/sqlite-core';

/** All queries are written for Drizzle's asynchronous SQLite builder, whichever database is behind it. */
export type Queryable = BaseSQLiteDatabase<'async', unknown>;

export type Dialect = 'sqlite' | 'postgres' | 'mysql';

/**
 * An open database. Reads use `read`. Every write runs inside `tx`, one at a time, and must not await anything but the
 * database. `sqlite` is for the few hot paths that use better-sqlite3 directly.
 */
export type Database<Tables> = {
  dialect: Dialect;
  tables: Tables;
  read: Queryable;
  /**
   * Runs `fn` in one write transaction. `isDurable`: when it resolves, a power cut does not undo it. Without that the last
   * transactions before one may be lost with SQLite, which is right for what the disk still holds, such as images.
   */
  tx<T>(fn: (q: Queryable) => Promise<T>, options?: { isDurable?: boolean }): Promise<T>;
  /** Why writes fail (the disk is full, read-only or gone); undefined once one succeeds again. */
  writeFault(): string | undefined;
  /** Waiting transactions, including the running one. */
  pendingWrites(): number;
  /** Throws if the database does not answer. */
  ping(): Promise<void>;
  sqlite?: { writer: BetterSqlite.Database; reader: BetterSqlite.Database; path: string };
  close(): Promise<void>;
};
