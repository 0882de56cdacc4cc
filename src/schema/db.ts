import { fileURLToPath } from 'node:url';
import type { Database, Queryable } from '../kernel/db/database.ts';
import { openSqlite } from '../kernel/db/sqlite/open-sqlite.ts';
import { openSqliteSafely } from '../kernel/db/sqlite/open-sqlite-safely.ts';
import type { Log } from '../kernel/log.ts';
import type { Note } from '../kernel/storage/data-paths.ts';
import type { Clock } from '../kernel/time/clock.ts';
import type { Tables } from './define-schema.ts';
import * as sqliteTables from './sqlite.ts';

/** The product's database with all its tables. */
export type Db = Database<Tables>;

/** An open database and what pages say about it. */
export type OpenDb = { db: Db; notes(): Note[] };

/** Where a database is: a server's address, or without one the path of an SQLite file. */
export type DbPlace = { url?: string | undefined; path: string };

/**
 * Opens the database of a site and brings its tables up to date. A damaged SQLite file is set aside; the start waits
 * `checkPatienceMs` for the check of it.
 */
export async function openDb(
  options: DbPlace & { clock: Clock; log: Log; checkPatienceMs?: number },
): Promise<OpenDb> {
  const { url } = options;
  const { db, notes } =
    url === undefined
      ? await openSqliteSafely({ ...options, tables: sqliteTables, migrationsFolder: migrationsOf('sqlite') })
      : { db: await openServerDb({ ...options, url }), notes: () => [] };
  return { db, notes: () => [...notes(), ...unsavedNotes(db.writeFault())] };
}

function unsavedNotes(reason: string | undefined): Note[] {
  return reason === undefined ? [] : [{ key: 'unsaved', values: { reason } }];
}

/** Opens a PostgreSQL, MySQL or MariaDB database; their drivers are loaded only then. */
export async function openServerDb(options: { url: string; clock: Clock; log: Log }): Promise<Db> {
  if (dialectOf(options.url) === 'postgres') {
    const { openPostgres } = await import('../kernel/db/servers/open-postgres.ts');
    const tables = (await import('./postgres.ts')) as unknown as Tables;
    return openPostgres({ ...options, tables, migrationsFolder: migrationsOf('postgres') });
  }
  const { openMysql } = await import('../kernel/db/servers/open-mysql.ts');
  const tables = (await import('./mysql.ts')) as unknown as Tables;
  return openMysql({ ...options, tables, migrationsFolder: migrationsOf('mysql') });
}

/** Opens a server's database for a thread that only reads a little. */
export async function openServerReader(
  url: string,
  log: Log,
): Promise<{ tables: Tables; read: Queryable; close(): Promise<void> }> {
  if (dialectOf(url) === 'postgres') {
    const { openPostgresReader } = await import('../kernel/db/servers/open-postgres.ts');
    const tables = (await import('./postgres.ts')) as unknown as Tables;
    return { tables, ...openPostgresReader(url, log) };
  }
  const { openMysqlReader } = await import('../kernel/db/servers/open-mysql.ts');
  const tables = (await import('./mysql.ts')) as unknown as Tables;
  return { tables, ...openMysqlReader(url, log) };
}

/** Which kind of server an address is of. */
function dialectOf(url: string): 'postgres' | 'mysql' {
  return /^postgres/.test(url) ? 'postgres' : 'mysql';
}

/** Opens an SQLite file as it is and brings its tables up to date. */
export function openSqliteDb(path: string): Db {
  return openSqlite({ path, tables: sqliteTables, migrationsFolder: migrationsOf('sqlite') });
}

/** The folder with a dialect's migrations. */
export function migrationsOf(dialect: Db['dialect']): string {
  return fileURLToPath(new URL(`../../migrations/${dialect}`, import.meta.url));
}
