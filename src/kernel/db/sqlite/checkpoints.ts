import { statSync } from 'node:fs';
import type { Worker } from 'node:worker_threads';
import { startThread } from '../../jobs/start-thread.ts';

/**
 * A write-ahead log longer than this is moved into the database, so that reads stay fast. The file keeps this size when
 * the log restarts, so a larger file means a longer log.
 */
export const longLogBytes = 32 * 1024 * 1024;
/** Above this size writers wait, because the log never becomes empty under continuous writes. */
const longestLogBytes = 4 * longLogBytes;
/** The thread ends after this long without work. */
const idleMs = 10_000;
const threadLimits = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 32 };

/**
 * Moves the write-ahead log into the database in a thread of its own, because this waits for the disk, which takes
 * seconds on spinning disks.
 */
export type Checkpoints = {
  /** Resolves when the log has room for another transaction, nearly always at once. */
  room(): Promise<void>;
  /** To be called after each transaction. */
  note(): void;
  stop(): Promise<void>;
};

export function createCheckpoints(databasePath: string): Checkpoints {
  let bytes = 0;
  let running: Promise<void> | undefined;
  let thread: Worker | undefined;
  let noteOver = () => {};
  let idle: NodeJS.Timeout | undefined;

  function begin(): Promise<void> {
    running ??= carryOver().finally(() => {
      running = undefined;
    });
    return running;
  }

  async function carryOver(): Promise<void> {
    clearTimeout(idle);
    thread ??= createThread();
    const over = new Promise<void>((resolve) => {
      noteOver = resolve;
    });
    thread.postMessage('begin');
    await over;
    idle = setTimeout(() => void endThread(), idleMs).unref();
  }

  /** A thread that fails ends; the next checkpoint starts another. */
  function createThread(): Worker {
    const worker = startThread(new URL('./checkpoint-worker.ts', import.meta.url), {
      workerData: { path: databasePath },
      resourceLimits: threadLimits,
    });
    worker.on('message', () => noteOver());
    worker.on('error', () => {});
    worker.on('exit', () => {
      if (thread !== worker) return;
      thread = undefined;
      noteOver();
    });
    return worker;
  }

  async function endThread(): Promise<void> {
    clearTimeout(idle);
    const ending = thread;
    thread = undefined;
    await ending?.terminate();
  }

  return {
    async room() {
      if (bytes < longestLogBytes) return;
      await running;
      // No writes meanwhile, so this moves the whole log and the next transaction restarts it.
      await begin();
      bytes = 0;
    },
    note() {
      bytes = statSync(`${databasePath}-wal`, { throwIfNoEntry: false })?.size ?? 0;
      if (bytes > longLogBytes) void begin();
    },
    async stop() {
      await running;
      await endThread();
    },
  };
}
