import { statSync } from 'node:fs';
import { Worker } from 'node:worker_threads';

/**
 * A write-ahead log longer than this is carried over into the database, so that reading it stays fast. The file keeps
 * this size when the log starts anew, so that a larger file means a longer log.
 */
export const longLogBytes = 32 * 1024 * 1024;
/** Above this size writers wait: while they write without a pause the log never gets empty. */
const longestLogBytes = 4 * longLogBytes;
/** The thread ends when it was not needed for so long. */
const idleMs = 10_000;
const threadLimits = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 32 };

/**
 * Carries the write-ahead log over into the database in a thread of its own: it has to wait for the disk, which on a
 * machine of spinning disks takes seconds.
 */
export type Checkpoints = {
  /** Settles when there is room in the log for another transaction, which it nearly always has. */
  room(): Promise<void>;
  /** Looks at the log after a transaction. */
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
    thread ??= startThread();
    const over = new Promise<void>((resolve) => {
      noteOver = resolve;
    });
    thread.postMessage('begin');
    await over;
    idle = setTimeout(() => void endThread(), idleMs).unref();
  }

  /** A thread that fails ends; the next checkpoint starts another. */
  function startThread(): Worker {
    const worker = new Worker(new URL('./checkpoint-worker.ts', import.meta.url), {
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
      // Nobody writes meanwhile, so that this one gets all of it and the next transaction starts the log anew.
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
