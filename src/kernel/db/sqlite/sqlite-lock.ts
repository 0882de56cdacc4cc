import BetterSqlite from 'better-sqlite3';
import { AppError } from '../../errors.ts';

/**
 * Says that this process works on a database file, for as long as it lives: a shared lock on the empty database
 * `<file>.lock`, which the system gives back even when the process is killed. Several processes may hold it.
 *
 * @throws AppError 'conflict' while somebody replaces the file (see `withExclusiveLock`).
 */
export function holdLock(path: string): { release(): void } {
  const lock = openLock(path);
  try {
    lock.exec('begin');
    lock.prepare('select count(*) from sqlite_schema').get();
  } catch (error) {
    lock.close();
    if (!isBusy(error)) throw error;
    throw new AppError('conflict', `The database ${path} is being restored; start again when that is done.`);
  }
  return { release: () => void lock.close() };
}

/**
 * Runs `work` while nobody else works on a database file.
 *
 * @throws AppError 'conflict' when somebody does.
 */
export function withExclusiveLock<T>(path: string, work: () => T): T {
  const lock = openLock(path);
  try {
    lock.exec('begin exclusive');
    return work();
  } catch (error) {
    if (!isBusy(error)) throw error;
    throw new AppError('conflict', `A program works on the database ${path}; stop it first.`);
  } finally {
    lock.close();
  }
}

function openLock(path: string): BetterSqlite.Database {
  return new BetterSqlite(`${path}.lock`, { timeout: 1_000 });
}

function isBusy(error: unknown): boolean {
  return (error as { code?: string }).code === 'SQLITE_BUSY';
}
