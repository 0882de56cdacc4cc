import { rmSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import type { ThumbnailSpec } from './thumbnail.ts';
import { thumbnailPath } from './thumbnail-files.ts';

/** Where thumbnails are kept, and the sizes that an image may be kept in. */
export type EraserData = { dir: string; specs: readonly Pick<ThumbnailSpec, 'name' | 'type'>[] };

const { dir, specs } = workerData as EraserData;

parentPort?.on('message', (keys: readonly string[]) => {
  for (const key of keys) {
    for (const spec of specs) remove(thumbnailPath(dir, key, spec));
  }
  parentPort?.postMessage('done');
});

/** One that cannot be deleted is evicted with the others, as nothing asks for it any more. */
function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {}
}
