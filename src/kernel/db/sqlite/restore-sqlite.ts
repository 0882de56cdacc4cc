import { existsSync, renameSync, rmSync } from 'node:fs';
import BetterSqlite from 'better-sqlite3';
import { AppError } from '../../errors.ts';
import { pendingMigrations, readMigrations } from '../migrations.ts';
import { backupSqlite } from './backup-sqlite.ts';
import { readNewestMigration } from './migrate-sqlite.ts';
import { markOf } from './open-sqlite-safely.ts';
import { fileStamp, keepNewest, maxCopies, removeDatabase } from './sqlite-copies.ts';
import { withExclusiveLock } from './sqlite-lock.ts';

/**
 * Replaces a database by a backup. The old file is kept as `<file>.before-<now>`; returns that path, or undefined if there
 * was none. The backup itself is only read.
 *
 * @throws AppError 'conflict' while a process uses the database, 'invalid' when the backup is not one of ours,
 * 'unavailable' when it is damaged, newer than this program, or does not fit.
 */
export async function restoreSqlite(options: {
  from: string;
  path: string;
  migrationsFolder: string;
  now: number;
}): Promise<string | undefined> {
  const { from, path, now } = options;
  if (!existsSync(from)) throw new AppError('invalid', `There is no file ${from}; --from names the backup.`);
  // Before anything is copied, so that a refusal comes at once.
  withExclusiveLock(path, () => {});
  const incoming = `${path}.incoming`;
  await backupSqlite(from, incoming);
  try {
    refuseForeign(incoming, from, options.migrationsFolder);
    return withExclusiveLock(path, () => replace(path, incoming, now));
  } finally {
    removeDatabase(incoming);
  }
}

function refuseForeign(incoming: string, from: string, migrationsFolder: string): void {
  const copy = new BetterSqlite(incoming, { readonly: true });
  try {
    const newest = readNewestMigration(copy);
    if (newest === undefined) throw new AppError('invalid', `${from} is no database of this program.`);
    pendingMigrations(readMigrations(migrationsFolder), newest);
  } finally {
    copy.close();
  }
}

function replace(path: string, incoming: string, now: number): string | undefined {
  const before = existsSync(path) ? `${path}.before-${fileStamp(now)}` : undefined;
  for (const end of ['-wal', '-shm', '-journal', '']) {
    if (before !== undefined && existsSync(`${path}${end}`)) renameSync(`${path}${end}`, `${before}${end}`);
  }
  renameSync(incoming, path);
  rmSync(markOf(path), { force: true });
  keepNewest(path, 'before', maxCopies);
  return before;
}
