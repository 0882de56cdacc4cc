import BetterSqlite from 'better-sqlite3';
import { openSqliteDb } from '../schema/db.ts';

/** A new database with the product's own tables and indexes, to be filled as fast as the disk takes it. */
export async function openFastDatabase(path: string): Promise<BetterSqlite.Database> {
  await openSqliteDb(path).close();
  const database = new BetterSqlite(path);
  for (const setting of [
    'journal_mode = off',
    'synchronous = off',
    'cache_size = -256000',
    'temp_store = memory',
  ])
    database.pragma(setting);
  return database;
}
