import { type FSWatcher, watch as watchFolder } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { type FSWatcher as FolderTreeWatcher, watch as watchTree } from 'chokidar';
import type { Log } from '../log.ts';

/** Linux holds 16 384 events for a program that is busy and drops the rest without a word. */
const surelyHeard = 4_096;
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

export type FolderWatch = {
  /**
   * Hears of this folder from now on. True where it was heard before, and so little happened since this was last called
   * that no event can have been lost.
   */
  watch(folder: string): boolean;
  stop(): Promise<void>;
};

/**
 * File-system events of a root. chokidar keeps the skeleton of the upper folders; the files inside are heard
 * through one bare `fs.watch` a folder, because chokidar lists and remembers every file (measured with a million
 * files in a folder: 10 s until ready and 450 MB, against 0.1 ms and nothing). Callbacks only pass names on.
 */
export function createFolderWatch(options: Options): FolderWatch {
  const { root, isExcluded, isImageName, log } = options;
  const watchers = new Map<string, { watcher: FSWatcher; heard: number }>();
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

  function watch(folder: string): boolean {
    const known = watchers.get(folder);
    if (!known && !stopped) begin(folder);
    if (!known) return false;
    const isSure = known.heard < surelyHeard;
    known.heard = 0;
    return isSure;
  }

  function begin(folder: string): void {
    const path = join(root, folder);
    try {
      const watcher = watchFolder(path, (event, name) => {
        own.heard += 1;
        if (name === null) return;
        // A folder that is removed or renamed is told by its own name; the watch is dead from then on.
        if (event === 'rename' && name === basename(path)) renew(folder);
        options.onName(folder, name);
      });
      watcher.on('error', () => unwatch(folder));
      const own = { watcher, heard: 0 };
      watchers.set(folder, own);
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
