import type { Worker } from 'node:worker_threads';
import { startThread } from '../../jobs/start-thread.ts';
import type { Log } from '../../log.ts';
import type { Clock } from '../../time/clock.ts';
import { diskBytes } from './thumbnail-files.ts';
import type { SweepOptions, SweepResult } from './thumbnail-sweep.ts';

/** While a sweep makes room, thumbnails are still stored, up to this share of the budget. */
const hardLimitRate = 1.1;

/** Pause after a sweep that failed or did not get below the budget, so that not every thumbnail starts another. */
const sweepPauseMs = 60_000;

/** Disk usage as far as known: as of the last sweep, plus files stored since. */
export type DiskUsage = {
  bytes: number;
  budgetBytes: number;
  files: number;
  evictedFiles: number;
  sweptAt: number | null;
};

export type ThumbnailBudget = {
  /** Whether one more thumbnail may be stored now. */
  hasRoom(): boolean;
  /** Counts a stored thumbnail; above the budget, the least recently used are deleted in the background. */
  count(sizeBytes: number): void;
  usage(): DiskUsage;
  /** Sweeps now, or joins the running sweep; down to `keepBytes` if that is below the budget. Failures are logged, not thrown. */
  sweep(keepBytes?: number): Promise<void>;
  stop(): Promise<void>;
};

/** Keeps the thumbnails in `dir` below `budgetBytes` of disk space. The usage is known after the first sweep. */
export function createThumbnailBudget(
  options: SweepOptions & { clock: Clock; log: Log; firstSweepAfterMs: number },
): ThumbnailBudget {
  const { dir, budgetBytes, run, clock, log } = options;
  let usage: DiskUsage = { bytes: 0, budgetBytes, files: 0, evictedFiles: 0, sweptAt: null };
  let storedMeanwhile = { bytes: 0, files: 0 };
  let pausedUntil = Number.NEGATIVE_INFINITY;
  let worker: Worker | undefined;
  let sweeping: Promise<void> | undefined;
  let stopped = false;
  const firstSweep = setTimeout(() => void sweep(), options.firstSweepAfterMs).unref();

  async function runSweep(keepBytes: number): Promise<void> {
    storedMeanwhile = { bytes: 0, files: 0 };
    try {
      const workerData: SweepOptions = { dir, budgetBytes: Math.min(budgetBytes, keepBytes), run };
      worker = startThread(new URL('./thumbnail-sweep-worker.ts', import.meta.url), { workerData });
      const found = await resultOf(worker);
      if (found) note(found);
    } catch (error) {
      log.warn({ err: error, dir }, 'The thumbnails folder cannot be swept');
    }
    if (usage.bytes > budgetBytes) pausedUntil = clock.now() + sweepPauseMs;
    worker = undefined;
    sweeping = undefined;
  }

  function note(found: SweepResult): void {
    usage = {
      budgetBytes,
      bytes: found.bytes + storedMeanwhile.bytes,
      files: found.files + storedMeanwhile.files,
      evictedFiles: usage.evictedFiles + found.evictedFiles,
      sweptAt: clock.now(),
    };
  }

  function sweep(keepBytes = budgetBytes): Promise<void> {
    clearTimeout(firstSweep);
    if (!stopped) sweeping ??= runSweep(keepBytes);
    return sweeping ?? Promise.resolve();
  }

  function sweepAboveBudget(): void {
    if (usage.bytes > budgetBytes && clock.now() >= pausedUntil) void sweep();
  }

  function hasRoom(): boolean {
    sweepAboveBudget();
    return usage.bytes <= budgetBytes * hardLimitRate;
  }

  function count(sizeBytes: number): void {
    const bytes = diskBytes(sizeBytes);
    usage = { ...usage, bytes: usage.bytes + bytes, files: usage.files + 1 };
    storedMeanwhile = { bytes: storedMeanwhile.bytes + bytes, files: storedMeanwhile.files + 1 };
    sweepAboveBudget();
  }

  async function stop(): Promise<void> {
    stopped = true;
    clearTimeout(firstSweep);
    await worker?.terminate();
    await sweeping;
  }

  return { hasRoom, count, usage: () => usage, sweep, stop };
}

/** The sweep's result, or undefined when it was terminated early. */
function resultOf(worker: Worker): Promise<SweepResult | undefined> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => resolve(undefined));
  });
}
