import { fileURLToPath } from 'node:url';
import type { Clock } from '../kernel/clock.ts';
import type { Database } from '../kernel/db/database.ts';
import { openSqlite } from '../kernel/db/open-sqlite.ts';
import { openSqliteSafely } from '../kernel/db/open-sqlite-safely.ts';
import type { Log } from '../kernel/log.ts';
import type { Note } from '../kernel/storage/places.ts';
import type { Tables } from './define-schema.ts';
import * as sqliteTables from './sqlite.ts';

/** The product's database with all its tables. */
export type Db = Database<Tables>;

/** An open database and what pages say about it. */
export type OpenDb = { db: Db; notes(): Note[] };

/** Opens the database of a site and brings its tables up to date. A damaged SQLite file is set aside. */
export function openDb(options: { path: string; clock: Clock; log: Log }): Promise<OpenDb> {
  return openSqliteSafely({ ...options, tables: sqliteTables, migrationsFolder: migrationsOf('sqlite') });
}

/** Opens an SQLite file as it is and brings its tables up to date. */
export function openSqliteDb(path: string): Db {
  return openSqlite({ path, tables: sqliteTables, migrationsFolder: migrationsOf('sqlite') });
}

/** The folder with a dialect's migrations. */
export function migrationsOf(dialect: Db['dialect']): string {
  return fileURLToPath(new URL(`../../migrations/${dialect}`, import.meta.url));
}
