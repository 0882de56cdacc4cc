import BetterSqlite from 'better-sqlite3';
import { AppError } from '../../errors.ts';

/**
 * Marks a database file as in use while this process lives: a shared lock on the empty database `<file>.lock`, which the
 * system releases even when the process is killed. Several processes can hold it.
 *
 * @throws AppError 'conflict' while the file is being replaced (see `withExclusiveLock`).
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
 * Runs `work` with exclusive use of a database file.
 *
 * @throws AppError 'conflict' while another process uses it.
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
