import { mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { AppError } from '../../errors.ts';
import { removeDatabase } from './sqlite-copies.ts';

/** Pages copied in one go; other work of this thread gets its turn in between. */
const pagesPerStep = 500;

/**
 * Copies an SQLite file during writes: the copy is a consistent snapshot in one file, is checked, and gets its name only
 * when complete. Returns its size in bytes.
 *
 * @throws AppError 'unavailable' when the source cannot be read, is damaged, or the copy does not fit.
 */
export async function backupSqlite(path: string, to: string): Promise<number> {
  const unfinished = `${to}.part`;
  try {
    mkdirSync(dirname(to), { recursive: true });
    removeDatabase(unfinished);
    await copySnapshot(path, unfinished);
    makeOneCheckedFile(unfinished);
    renameSync(unfinished, to);
    return statSync(to).size;
  } catch (error) {
    removeDatabase(unfinished);
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppError('unavailable', `${path} could not be copied to ${to}: ${reason}`, { cause: error });
  }
}

async function copySnapshot(path: string, to: string): Promise<void> {
  const source = new BetterSqlite(path, { readonly: true, fileMustExist: true });
  try {
    // An open read transaction pins a snapshot; without it every write would restart the copy.
    source.exec('begin');
    source.prepare('select count(*) from sqlite_schema').get();
    await source.backup(to, { progress: () => pagesPerStep });
  } finally {
    source.close();
  }
}

function makeOneCheckedFile(path: string): void {
  const copy = new BetterSqlite(path);
  try {
    copy.pragma('journal_mode = delete');
    const finding = String(copy.pragma('quick_check(1)', { simple: true }));
    if (finding !== 'ok') throw new Error(`it is damaged (${finding})`);
  } finally {
    copy.close();
  }
}
