import { statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { startLoop } from '../../jobs/loop.ts';
import { startThread } from '../../jobs/start-thread.ts';
import type { Log } from '../../log.ts';
import type { Clock } from '../../time/clock.ts';
import { type CopyKind, fileStamp, keepNewest, listCopies, maxCopies, stampedAt } from './sqlite-copies.ts';

/** How often due backups are checked; the first check is not at startup, which has enough to do. */
const lookEveryMs = 10 * 60_000;
/** Space to be left on the backups' disk. */
const spareBytes = 64 * 1024 * 1024;

export type BackupStats = {
  dir: string;
  /** Number of backups. */
  count: number;
  /** Time of the newest, epoch ms; null if there is none. */
  newestAt: number | null;
  newestBytes: number | null;
  /** Why the last attempt failed; null if it succeeded. */
  fault: string | null;
};

/** A copy of the database that can be restored. Backups were checked when they were made. */
export type DatabaseCopy = { path: string; kind: Exclude<CopyKind, 'corrupt'>; at: number; bytes: number };

/** Automatic backups of an SQLite file, until `stop`. */
export type ScheduledBackups = {
  readonly intervalMs: number;
  readonly keep: number;
  /** When the next one is due; null without automatic backups and before the first. */
  readonly nextAt: number | null;
  /** A backup is being made. */
  readonly isRunning: boolean;
  stats(): BackupStats;
  /** All copies that can be restored, newest first. */
  list(): DatabaseCopy[];
  /** Makes a backup now if one is due. */
  trigger(): Promise<void>;
  /**
   * Makes a backup now, or right after the one that is being made; the newest three asked for are kept. Whether it
   * succeeded, `stats` says.
   */
  makeNow(): Promise<void>;
  stop(): Promise<void>;
};

/**
 * Copies the database to `<dir>/<its name>.backup-<date>` once the newest copy is `intervalMs` old, and keeps the newest
 * `keep`; an interval of 0 makes none. The age of the files decides when a backup is due, so a restart neither repeats nor
 * skips one.
 */
export function startScheduledBackups(options: {
  path: string;
  dir: string;
  intervalMs: number;
  keep: number;
  clock: Clock;
  log: Log;
}): ScheduledBackups {
  const { path, dir, intervalMs, keep, clock, log } = options;
  const base = join(dir, basename(path));
  let fault: string | null = null;
  let isAsked = false;
  let isRunning = false;

  function isDue(now: number): boolean {
    if (intervalMs === 0) return false;
    const [newest] = listCopies(base, 'backup');
    return newest === undefined || now - stampedAt(newest) >= intervalMs;
  }

  async function runIfDue(signal: AbortSignal): Promise<void> {
    const now = clock.now();
    const wasAsked = isAsked;
    isAsked = false;
    if (!wasAsked && !isDue(now)) return;
    // Those asked for are counted apart: seven of them in a minute must not push out a week of backups.
    const kind = wasAsked ? 'manual' : 'backup';
    isRunning = true;
    try {
      await refuseWithoutRoom(path, dir);
      const to = `${base}.${kind}-${fileStamp(now)}`;
      await copyInThread(path, to, signal);
      if (signal.aborted) return;
      keepNewest(base, kind, wasAsked ? maxCopies : keep);
      fault = null;
      log.info({ backup: to }, 'The database was backed up');
    } catch (error) {
      fault = error instanceof Error ? error.message : String(error);
      throw error;
    } finally {
      isRunning = false;
    }
  }

  const loop = startLoop({ name: 'backup', intervalMs: lookEveryMs, log, run: runIfDue });
  return {
    intervalMs,
    keep,
    get isRunning() {
      return isRunning;
    },
    get nextAt() {
      const [newest] = listCopies(base, 'backup');
      return intervalMs === 0 || newest === undefined ? null : stampedAt(newest) + intervalMs;
    },
    list: () =>
      [
        ...describeCopies(base, 'backup'),
        ...describeCopies(base, 'manual'),
        ...describeCopies(path, 'before'),
      ].sort((a, b) => b.at - a.at),
    makeNow: () => {
      isAsked = true;
      return loop.trigger();
    },
    stats: () => {
      const copies = [...listCopies(base, 'backup'), ...listCopies(base, 'manual')];
      const [newest] = copies.toSorted((a, b) => stampedAt(b) - stampedAt(a));
      return {
        dir,
        count: copies.length,
        fault,
        newestAt: newest === undefined ? null : stampedAt(newest),
        newestBytes:
          newest === undefined ? null : (statSync(newest, { throwIfNoEntry: false })?.size ?? null),
      };
    },
    trigger: loop.trigger,
    stop: loop.stop,
  };
}

function describeCopies(path: string, kind: DatabaseCopy['kind']): DatabaseCopy[] {
  return listCopies(path, kind).flatMap((copy) => {
    const size = statSync(copy, { throwIfNoEntry: false })?.size;
    return size === undefined ? [] : [{ path: copy, kind, at: stampedAt(copy), bytes: size }];
  });
}

async function refuseWithoutRoom(path: string, dir: string): Promise<void> {
  const disk = await statfs(dir).catch(() => undefined);
  const needed = statSync(path).size + spareBytes;
  if (disk && disk.bavail * disk.bsize < needed)
    throw new Error(`${dir} has no room for a backup of ${Math.ceil(needed / 1e6)} MB`);
}

/** In a separate thread, so that no page waits for the disk. */
function copyInThread(path: string, to: string, signal: AbortSignal): Promise<void> {
  const worker = startThread(new URL('./backup-worker.ts', import.meta.url), { workerData: { path, to } });
  const end = () => void worker.terminate();
  signal.addEventListener('abort', end, { once: true });
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('exit', () => {
      signal.removeEventListener('abort', end);
      resolve();
    });
  });
}
