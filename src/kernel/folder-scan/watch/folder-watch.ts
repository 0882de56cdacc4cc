import { type FSWatcher, statfsSync, statSync, watch as watchFolder } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { type FSWatcher as FolderTreeWatcher, watch as watchTree } from 'chokidar';
import type { Log } from '../../log.ts';
import { isNetworkFileSystem } from '../../storage/file-system.ts';
import { identityOf } from '../disk/root-check.ts';

/** Linux holds 16 384 events for a program that is busy and drops the rest without a word. */
const surelyHeard = 4_096;
/** Events told without a pause, which is what the system held for the whole of this thread meanwhile. */
let toldAtOnce = 0;
/** When, by `performance.now()`, so many were told that others may have been dropped, of whatever folder. */
let doubtedAt = Number.NEGATIVE_INFINITY;
/** Below this depth folders come and go rarely and are left to folder events and sweeps. */
const skeletonDepth = 1;

type Options = {
  root: string;
  isExcluded: (name: string) => boolean;
  isImageName: (name: string) => boolean;
  /** The root alone is watched, without the skeleton. */
  isFlat: boolean;
  log: Log;
  /** A name in a folder was made, changed, renamed or removed. `folder` has forward slashes, '' is the root. */
  onName: (folder: string, name: string) => void;
  /** A folder appeared, or another one took its place. */
  onFolder: (folder: string) => void;
};

type Heard = {
  watcher: FSWatcher;
  /** By `performance.now()`. */
  askedAt: number;
  /** Which folder is watched, whatever stands in its place later; null where that could not be asked. */
  identity: string | null;
  /** False on a share, whose other machines write without a word to this one. */
  isTold: boolean;
};

export type FolderWatch = {
  /**
   * Hears of this folder from now on. True where all its events were heard since this was last called: the folder is the
   * same (`identity`, see `identityOf`), what others write to it is told here, and no event can have been dropped.
   */
  watch(folder: string, identity?: string): boolean;
  stop(): Promise<void>;
};

/**
 * File-system events of a root. chokidar keeps the skeleton of the upper folders; the files inside are heard
 * through one bare `fs.watch` a folder, because chokidar lists and remembers every file (measured with a million
 * files in a folder: 10 s until ready and 450 MB, against 0.1 ms and nothing). Callbacks only pass names on.
 */
export function createFolderWatch(options: Options): FolderWatch {
  const { root, isExcluded, isImageName, log } = options;
  const watchers = new Map<string, Heard>();
  /** Folders of which events cannot be had, for example because the system's limit of watches is reached. */
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
    // What a folder above it is renamed to takes the watch along.
    const isAnother = known !== undefined && identity !== undefined && identity !== known.identity;
    if (isAnother) unwatch(folder);
    if ((!known || isAnother) && !stopped) begin(folder);
    if (!known || isAnother) return false;
    const isSure = known.isTold && doubtedAt < known.askedAt;
    known.askedAt = performance.now();
    return isSure;
  }

  function begin(folder: string): void {
    const path = join(root, folder);
    try {
      const watcher = watchFolder(path, (event, name) => {
        countEvent();
        if (name === null) return;
        // A folder that is removed or renamed is told by its own name; the watch is dead from then on.
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
        'No events for this folder; sweeps alone find its images',
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

function aboutFolder(path: string): Pick<Heard, 'identity' | 'isTold'> {
  try {
    return { identity: identityOf(statSync(path)), isTold: !isNetworkFileSystem(statfsSync(path).type) };
  } catch {
    // Gone meanwhile: the next sweep watches what is there then.
    return { identity: null, isTold: false };
  }
}

function countEvent(): void {
  if (toldAtOnce === 0)
    setImmediate(() => {
      toldAtOnce = 0;
    });
  toldAtOnce += 1;
  if (toldAtOnce >= surelyHeard) doubtedAt = performance.now();
}
