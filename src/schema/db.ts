import { fileURLToPath } from 'node:url';
import type { Database } from '../kernel/db/database.ts';
import { openSqlite } from '../kernel/db/open-sqlite.ts';
import type { Tables } from './define-schema.ts';
import * as sqliteTables from './sqlite.ts';

/** The product's database with all its tables. */
export type Db = Database<Tables>;

/** Opens the SQLite file of a site and brings it up to date. */
export function openSqliteDb(path: string): Db {
  const migrationsFolder = fileURLToPath(new URL('../../migrations/sqlite', import.meta.url));
  return openSqlite({ path, tables: sqliteTables, migrationsFolder });
}
