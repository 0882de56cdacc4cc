import type { Worker } from 'node:worker_threads';
import type { Log } from '../../log.ts';
import type { KnownRoot, ListedFolder } from '../model/scan-messages.ts';

const retryAfterMs = 2_000;

export type Root = { id: number; path: string };

/** Gives roots to a scanner thread, each with the listings that the database holds of it. */
export type RootHandover = {
  /** Settles when the thread has the root, or when it is no longer the one to serve it. Retries while reads fail. */
  give(root: Root, thread: Worker): Promise<void>;
  /** True while the listings of a root are being read. */
  readonly isUnderWay: boolean;
};

export function createRootHandover({
  readListings,
  readKeepSince,
  isServedBy,
  onGiven,
  log,
}: {
  readListings: (rootId: number) => Promise<ListedFolder[]>;
  readKeepSince: (() => Promise<number>) | undefined;
  isServedBy: (root: Root, thread: Worker) => boolean;
  /** Called after each root, also after one that was not given. */
  onGiven: () => void;
  log: Log;
}): RootHandover {
  let underWay = 0;

  async function give(root: Root, thread: Worker): Promise<void> {
    underWay++;
    while (isServedBy(root, thread)) {
      try {
        const folders = await readListings(root.id);
        const keepSince = (await readKeepSince?.()) ?? Number.NEGATIVE_INFINITY;
        const known: KnownRoot = { id: root.id, path: root.path, folders, keepSince };
        if (isServedBy(root, thread)) thread.postMessage({ type: 'watch', root: known });
        break;
      } catch (error) {
        log.error({ err: error }, 'A watched folder could not be opened; trying again');
        await new Promise((resolve) => setTimeout(resolve, retryAfterMs).unref());
      }
    }
    underWay--;
    onGiven();
  }

  return {
    give,
    get isUnderWay() {
      return underWay > 0;
    },
  };
}
