import { mkdirSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { AppError } from '../../errors.ts';
import { isNetworkFileSystem } from '../../storage/file-system.ts';
import type { Database, Queryable } from '../database.ts';
import { createWriteTurns } from '../write-turns.ts';
import { createCheckpoints, longLogBytes } from './checkpoints.ts';
import { migrateSqlite } from './migrate-sqlite.ts';
import { isSafeSqlite, oldestSqlite } from './sqlite-version.ts';

const cacheKib = 16 * 1024;
/** Writes touch few pages at a time: measured as fast with 4 MB as with 16. */
const writerCacheKib = 8 * 1024;
/** Size of an idle write-ahead log and its index. */
const smallestRoomBytes = 64 * 1024;

/**
 * Opens or creates an SQLite file, brings its tables up to date and returns one writing and one read-only connection. On a
 * network file system the write-ahead log is not used, because its shared memory does not work there.
 *
 * @throws AppError 'unavailable' when the SQLite library is too old or the file cannot be opened.
 */
export function openSqlite<T>(options: { path: string; tables: T; migrationsFolder: string }): Database<T> {
  const { path } = options;
  const { writer, reader } = openConnections(path, options.migrationsFolder);
  const read = drizzle(reader) as unknown as Queryable;
  const write = drizzle(writer) as unknown as Queryable;
  const turns = createWriteTurns();
  const checkpoints = createCheckpoints(path);
  return {
    dialect: 'sqlite',
    tables: options.tables,
    read,
    tx: (fn, { isDurable = false } = {}) =>
      turns.run(async () => {
        await checkpoints.room();
        const result = isDurable
          ? await flushed(writer, () => runTransaction(writer, () => fn(write)))
          : await runTransaction(writer, () => fn(write));
        checkpoints.note();
        return result;
      }),
    writeFault: turns.fault,
    pendingWrites: turns.pending,
    ping: async () => void reader.prepare('select 1').get(),
    sqlite: { writer, reader, path },
    close: async () => {
      await turns.onIdle();
      await checkpoints.stop();
      reader.close();
      writer.close();
    },
  };
}

function openConnections(path: string, migrationsFolder: string) {
  try {
    mkdirSync(dirname(path), { recursive: true });
    const writer = openWriter(path, migrationsFolder);
    const reader = new BetterSqlite(path, { readonly: true });
    reader.pragma('busy_timeout = 5000');
    reader.pragma(`cache_size = -${cacheKib}`);
    return { writer, reader };
  } catch (error) {
    if (error instanceof AppError) throw error;
    const reason = isDiskFull(path)
      ? 'its disk is full'
      : error instanceof Error
        ? error.message
        : String(error);
    throw new AppError('unavailable', `The database ${path} cannot be opened: ${reason}`, { cause: error });
  }
}

/** SQLite reports an I/O error when it cannot create the files it needs beside the database. */
function isDiskFull(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(path));
    return bavail * bsize < smallestRoomBytes;
  } catch {
    return false;
  }
}

function openWriter(path: string, migrationsFolder: string): BetterSqlite.Database {
  const writer = new BetterSqlite(path);
  try {
    refuseOldSqlite(writer);
    // First, because pragmas are written into the file, which may turn out to belong to another program.
    migrateSqlite(writer, migrationsFolder);
    configure(writer, path);
    writer.pragma('busy_timeout = 5000');
    return writer;
  } catch (error) {
    writer.close();
    throw error;
  }
}

function configure(writer: BetterSqlite.Database, path: string): void {
  writer.pragma(`journal_mode = ${isNetworkFileSystem(statfsSync(dirname(path)).type) ? 'truncate' : 'wal'}`);
  for (const setting of ['synchronous = normal', 'foreign_keys = on']) {
    writer.pragma(setting);
  }
  writer.pragma(`cache_size = -${writerCacheKib}`);
  writer.pragma('wal_autocheckpoint = 0');
  writer.pragma(`journal_size_limit = ${longLogBytes}`);
  // The first read opens the log; only a connection that has opened it removes it when it closes last.
  writer.prepare('select count(*) from sqlite_schema').get();
}

/** better-sqlite3's own transactions cannot contain an `await`, so begin and commit are explicit. */
async function runTransaction<T>(writer: BetterSqlite.Database, fn: () => Promise<T>): Promise<T> {
  writer.exec('begin immediate');
  try {
    const result = await fn();
    writer.exec('commit');
    return result;
  } catch (error) {
    if (writer.inTransaction) writer.exec('rollback');
    throw error;
  }
}

/** Commits reach the disk before they return. */
async function flushed<T>(writer: BetterSqlite.Database, work: () => Promise<T>): Promise<T> {
  writer.pragma('synchronous = full');
  try {
    return await work();
  } finally {
    writer.pragma('synchronous = normal');
  }
}

function refuseOldSqlite(connection: BetterSqlite.Database): void {
  const version = String(connection.prepare('select sqlite_version()').pluck().get());
  if (!isSafeSqlite(version)) {
    throw new AppError('unavailable', `SQLite ${version} can lose data; ${oldestSqlite} or newer is needed`);
  }
}
