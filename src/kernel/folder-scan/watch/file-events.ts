import { type FSWatcher, statfsSync, statSync, watch as watchFolder } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { type FSWatcher as FolderTreeWatcher, watch as watchTree } from 'chokidar';
import type { Log } from '../../log.ts';
import { isNetworkFileSystem } from '../../storage/file-system.ts';
import { identityOf } from '../disk/root-check.ts';

/** Linux queues 16 384 events for a busy program and silently drops the rest; so many are certainly not dropped. */
const safeBurstEvents = 4_096;
/** Events delivered within one turn of the event loop: what the system had queued for all folders of this thread. */
let burstEvents = 0;
/** When, by `performance.now()`, a burst was last so large that events of any folder may have been dropped. */
let overflowedAt = Number.NEGATIVE_INFINITY;
/** Below this depth, folders rarely come and go and are left to their parents' events and to sweeps. */
const skeletonDepth = 1;

type Options = {
  root: string;
  isExcluded: (name: string) => boolean;
  isImageName: (name: string) => boolean;
  /** The root alone is watched, without the skeleton. */
  isFlat: boolean;
  log: Log;
  /** A name in a folder was created, changed, renamed or removed. `folder` has forward slashes, '' is the root. */
  onName: (folder: string, name: string) => void;
  /** A folder appeared, or was replaced by another one. */
  onFolder: (folder: string) => void;
};

type WatchedFolder = {
  watcher: FSWatcher;
  /** When `watch` was last called, by `performance.now()`. */
  askedAt: number;
  /** Of the folder that is watched (`identityOf`); null when it could not be determined. */
  identity: string | null;
  /** False on a share: writes by other machines cause no events here. */
  seesAllWrites: boolean;
};

export type FileEvents = {
  /**
   * Watches this folder from now on. True when all its events were received since the last call: the folder is the same
   * (`identity`, see `identityOf`), writes by anyone cause events here, and no event can have been dropped.
   */
  watch(folder: string, identity?: string): boolean;
  stop(): Promise<void>;
};

/**
 * File-system events of a root. chokidar watches the upper levels of folders; file events come from one bare `fs.watch`
 * per folder, because chokidar lists and remembers every file (a million files in a folder: 10 s until ready and 450 MB,
 * against 0.1 ms and no memory; measured). Callbacks only pass names on.
 */
export function createFileEvents(options: Options): FileEvents {
  const { root, isExcluded, isImageName, log } = options;
  const watchers = new Map<string, WatchedFolder>();
  /** Folders that cannot be watched, for example because the system's limit of watches is reached. */
  const refused = new Set<string>();
  let stopped = false;
  const toFolder = (path: string) => relative(root, path).split(sep).join('/');

  const skeleton = options.isFlat ? undefined : watchSkeleton();

  function watchSkeleton(): FolderTreeWatcher {
    const tree = watchTree(root, {
      depth: skeletonDepth,
      ignoreInitial: true,
      followSymlinks: false,
      ignorePermissionErrors: true,
      ignored: (path, stats) =>
        path !== root && (isExcluded(basename(path)) || (stats ? !stats.isDirectory() : isImageName(path))),
    });
    tree.on('addDir', (path) => options.onFolder(toFolder(path)));
    tree.on('unlinkDir', (path) => unwatch(toFolder(path)));
    tree.on('error', (error) => log.warn({ err: error }, 'Watching folders failed; sweeps go on'));
    return tree;
  }

  function watch(folder: string, identity?: string): boolean {
    const known = watchers.get(folder);
    // When a folder above is renamed, the watch moves with it and belongs to another path now.
    const isAnother = known !== undefined && identity !== undefined && identity !== known.identity;
    if (isAnother) unwatch(folder);
    if ((!known || isAnother) && !stopped) begin(folder);
    if (!known || isAnother) return false;
    const isSure = known.seesAllWrites && overflowedAt < known.askedAt;
    known.askedAt = performance.now();
    return isSure;
  }

  function begin(folder: string): void {
    const path = join(root, folder);
    try {
      const watcher = watchFolder(path, (event, name) => {
        countEvent();
        if (name === null) return;
        // The removal or rename of the folder itself arrives under its own name; after it the watch is dead.
        if (event === 'rename' && name === basename(path)) renew(folder);
        options.onName(folder, name);
      });
      watcher.on('error', () => unwatch(folder));
      watchers.set(folder, { watcher, askedAt: performance.now(), ...aboutFolder(path) });
      refused.delete(folder);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || refused.has(folder)) return;
      refused.add(folder);
      log.warn(
        { folder, reason: code ?? message },
        'This folder cannot be watched; only sweeps find its images',
      );
    }
  }

  function renew(folder: string): void {
    unwatch(folder);
    if (!stopped) options.onFolder(folder);
  }

  function unwatch(folder: string): void {
    watchers.get(folder)?.watcher.close();
    watchers.delete(folder);
  }

  return {
    watch,
    stop: async () => {
      stopped = true;
      for (const folder of [...watchers.keys()]) unwatch(folder);
      await skeleton?.close();
    },
  };
}

function aboutFolder(path: string): Pick<WatchedFolder, 'identity' | 'seesAllWrites'> {
  try {
    const seesAllWrites = !isNetworkFileSystem(statfsSync(path).type);
    return { identity: identityOf(statSync(path)), seesAllWrites };
  } catch {
    // Gone in the meantime: the next sweep watches whatever exists then.
    return { identity: null, seesAllWrites: false };
  }
}

function countEvent(): void {
  if (burstEvents === 0)
    setImmediate(() => {
      burstEvents = 0;
    });
  burstEvents += 1;
  if (burstEvents >= safeBurstEvents) overflowedAt = performance.now();
}
