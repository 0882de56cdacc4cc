import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { AppError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { Note } from '../../storage/data-paths.ts';
import type { Clock } from '../../time/clock.ts';
import type { Database } from '../database.ts';
import { openSqlite } from './open-sqlite.ts';
import { checkSqliteFile } from './sqlite-check.ts';
import { setAside } from './sqlite-copies.ts';
import { holdLock, withExclusiveLock } from './sqlite-lock.ts';

/** Startup waits this long for the check of the file; that of a large file continues in the background. */
const usualPatienceMs = 3_000;

export type SafeSqliteOptions<T> = {
  path: string;
  tables: T;
  migrationsFolder: string;
  clock: Clock;
  log: Log;
  /** Overrides how long startup waits for the check. */
  checkPatienceMs?: number | undefined;
};

/**
 * Opens an SQLite file as `openSqlite` does. A damaged file is set aside, reported in the log and in `notes`, and replaced
 * by a new one. Damage found only after startup is reported and noted in `<file>.damaged`, and the file is set aside at
 * the next start. No restore can overwrite an open file.
 *
 * @throws AppError 'unavailable' or 'conflict' as `openSqlite` and `holdLock`.
 */
export async function openSqliteSafely<T>(
  options: SafeSqliteOptions<T>,
): Promise<{ db: Database<T>; notes(): Note[] }> {
  const { path, clock, log, checkPatienceMs = usualPatienceMs } = options;
  const notes: Note[] = [];
  makeFolder(path);
  const check = await checkSqliteFile(path, checkPatienceMs);
  let damage = readMark(path) ?? check.damage;

  function beginAnew(reason: string): void {
    damage = reason;
    check.stop();
    const aside = withExclusiveLock(path, () => setAside(path, clock.now()));
    rmSync(markOf(path), { force: true });
    log.error(
      { database: path, setAside: aside, damage },
      'The database is damaged and was set aside; a new one is begun',
    );
    notes.push({ key: 'corrupt', values: { file: path, aside, reason } });
  }

  function open(): Database<T> {
    const lock = holdLock(path);
    try {
      const db = openSqlite(options);
      const close = async () => {
        check.stop();
        await db.close();
        lock.release();
      };
      return { ...db, close };
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  function openUndamaged(): Database<T> {
    try {
      return open();
    } catch (error) {
      // On a slow machine SQLite meets the damage before the check has found it.
      const reason = damageMet(error);
      if (damage !== undefined || reason === undefined) throw error;
      beginAnew(reason);
      return open();
    }
  }

  if (damage !== undefined) beginAnew(damage);
  const db = openUndamaged();
  void check.rest.then((found) => {
    if (found === undefined || damage !== undefined) return;
    log.error(
      { database: path, damage: found },
      'The database is damaged; it is set aside at the next start',
    );
    notes.push({ key: 'damaged', values: { file: path, reason: found } });
    noteDamage(path, found, log);
  });
  return { db, notes: () => notes };
}

/** What SQLite says of a damaged file, where an error of `openSqlite` comes from that. */
function damageMet(error: unknown): string | undefined {
  const cause = error instanceof AppError ? error.cause : error;
  const isDamage = cause instanceof BetterSqlite.SqliteError && /^SQLITE_(CORRUPT|NOTADB)/.test(cause.code);
  return isDamage ? cause.message : undefined;
}

/** A full disk must not end a process that can still serve; the next start checks again anyway. */
function noteDamage(path: string, damage: string, log: Log): void {
  try {
    writeFileSync(markOf(path), damage);
  } catch (err) {
    log.error({ err, database: path }, 'The damage could not be noted for the next start');
  }
}

/** The file that notes damage for the next start. */
export function markOf(path: string): string {
  return `${path}.damaged`;
}

function readMark(path: string): string | undefined {
  try {
    return readFileSync(markOf(path), 'utf8');
  } catch {
    return undefined;
  }
}

function makeFolder(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppError('unavailable', `The database ${path} cannot be opened: ${reason}`, { cause: error });
  }
}
