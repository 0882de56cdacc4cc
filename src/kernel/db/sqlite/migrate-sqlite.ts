import BetterSqlite from 'better-sqlite3';
import { AppError } from '../../errors.ts';
import { type Migration, migrationsTable, pendingMigrations, readMigrations } from '../migrations.ts';
import { copyBeforeUpdate } from './sqlite-copies.ts';

/** How long a starting process waits for another to migrate the tables. */
const lockWaitMs = 60_000;

/**
 * Brings the tables up to date, all steps or none, one process at a time. A database with tables is copied beside itself
 * first; without room for the copy nothing is changed.
 *
 * @throws AppError 'unavailable' when the database is newer than this program or cannot be copied, 'conflict' when it
 * belongs to another program and has a table by the name of one of ours. Tables of other names are left alone, so the
 * file of the replaced system can stay in use.
 */
export function migrateSqlite(writer: BetterSqlite.Database, migrationsFolder: string): void {
  const migrations = readMigrations(migrationsFolder);
  if (pendingMigrations(migrations, readNewestMigration(writer)).length === 0) return;
  writer.pragma(`busy_timeout = ${lockWaitMs}`);
  writer.exec('begin immediate');
  try {
    // Read again, because another process may have been faster.
    const newest = readNewestMigration(writer);
    const pending = pendingMigrations(migrations, newest);
    if (newest !== undefined && pending[0]) copyFirst(writer.name, pending[0]);
    runSteps(writer, pending);
    writer.exec('commit');
  } catch (error) {
    if (writer.inTransaction) writer.exec('rollback');
    throw explainTaken(error, writer) ?? error;
  }
}

/** `madeAt` of the newest applied migration; undefined if there is none of ours. */
export function readNewestMigration(connection: BetterSqlite.Database): number | undefined {
  const isThere = connection.prepare('select 1 from sqlite_schema where name = ?').get(migrationsTable);
  if (!isThere) return undefined;
  const newest = connection.prepare(`select max(created_at) from ${migrationsTable}`).pluck().get();
  return newest === null ? undefined : Number(newest);
}

/** Before the first migration, an existing table is another program's. */
function explainTaken(error: unknown, writer: BetterSqlite.Database): AppError | undefined {
  const [, table] = /^table [`"]?(\w+)[`"]? already exists/.exec((error as Error).message) ?? [];
  if (table === undefined || readNewestMigration(writer) !== undefined) return undefined;
  return new AppError(
    'conflict',
    `The file ${writer.name} is a database of another program, with a table "${table}" of its own, and was left as it is. Set DB_PATH to another file.`,
    { cause: error },
  );
}

function runSteps(writer: BetterSqlite.Database, pending: readonly Migration[]): void {
  writer.exec(
    `create table if not exists ${migrationsTable} (id serial primary key, hash text not null, created_at numeric)`,
  );
  const note = writer.prepare(`insert into ${migrationsTable} (hash, created_at) values (?, ?)`);
  for (const { madeAt, hash, statements } of pending) {
    for (const statement of statements) writer.exec(statement);
    note.run(hash, madeAt);
  }
}

/** On a connection of its own, because the writer's transaction has already begun and keeps others from writing. */
function copyFirst(path: string, { madeAt }: Migration): void {
  const reader = new BetterSqlite(path, { readonly: true });
  try {
    copyBeforeUpdate(reader, madeAt);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppError(
      'unavailable',
      `The database ${path} could not be copied before its tables change, so they were left as they are: ${reason}`,
      { cause: error },
    );
  } finally {
    reader.close();
  }
}
