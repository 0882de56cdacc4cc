import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { startThread } from '../../jobs/start-thread.ts';
import { keptSpecs } from './thumbnail.ts';
import type { EraserData } from './thumbnail-eraser-worker.ts';

/** Deletes what was drawn of given images, in a thread of its own: most names asked for do not exist. */
export type ThumbnailEraser = AsyncDisposable & {
  /** Deletes the stored thumbnails of these keys in every size; calls must not overlap. */
  erase(keys: readonly string[]): Promise<void>;
};

/** The thread starts with the first key. */
export function createThumbnailEraser(dir: string): ThumbnailEraser {
  let worker: Worker | undefined;

  function start(): Worker {
    const workerData: EraserData = { dir, specs: keptSpecs.map(({ name, type }) => ({ name, type })) };
    return startThread(new URL('./thumbnail-eraser-worker.ts', import.meta.url), { workerData });
  }

  return {
    async erase(keys) {
      if (keys.length === 0) return;
      worker ??= start();
      const answered = once(worker, 'message');
      worker.postMessage(keys);
      await answered;
    },
    async [Symbol.asyncDispose]() {
      await worker?.terminate();
    },
  };
}
