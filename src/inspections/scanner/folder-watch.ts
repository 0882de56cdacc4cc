import { type FSWatcher, watch as watchFolder } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { watch as watchTree } from 'chokidar';
import type { Log } from '../../kernel/log.ts';
import { isImageName } from '../file-name.ts';

/** Below this depth (stations, models) folders come and go rarely and are left to folder events and sweeps. */
const skeletonDepth = 1;

type Options = {
  root: string;
  isExcluded: (name: string) => boolean;
  log: Log;
  /** A name in a folder was made, changed, renamed or removed. `folder` has forward slashes, '' is the root. */
  onName: (folder: string, name: string) => void;
  /** A folder appeared. */
  onFolder: (folder: string) => void;
  /** Events cannot be had for a folder, for example because the system's limit of watches is reached. */
  onRefused: (folder: string, reason: string) => void;
};

export type FolderWatch = { watch(folder: string): void; readonly size: number; stop(): Promise<void> };

/**
 * File-system events of a root. chokidar keeps the skeleton of station and model folders; the files inside are heard
 * through one bare `fs.watch` a folder, because chokidar lists and remembers every file (measured with a million
 * files in a folder: 10 s until ready and 450 MB, against 0.1 ms and nothing). Callbacks only pass names on.
 */
export function createFolderWatch(options: Options): FolderWatch {
  const watchers = new Map<string, FSWatcher>();
  let stopped = false;
  const toFolder = (path: string) => relative(options.root, path).split(sep).join('/');

  const skeleton = watchTree(options.root, {
    depth: skeletonDepth,
    ignoreInitial: true,
    followSymlinks: false,
    ignorePermissionErrors: true,
    ignored: (path, stats) =>
      path !== options.root &&
      (stats ? !stats.isDirectory() : isImageName(path) || options.isExcluded(basename(path))),
  });
  skeleton.on('addDir', (path) => options.onFolder(toFolder(path)));
  skeleton.on('unlinkDir', (path) => unwatch(toFolder(path)));
  skeleton.on('error', (error) => options.log.warn({ err: error }, 'Watching folders failed; sweeps go on'));

  function watch(folder: string): void {
    if (stopped || watchers.has(folder)) return;
    try {
      const watcher = watchFolder(join(options.root, folder), (_event, name) => {
        if (name !== null) options.onName(folder, name);
      });
      watcher.on('error', () => unwatch(folder));
      watchers.set(folder, watcher);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT') options.onRefused(folder, code ?? message);
    }
  }

  function unwatch(folder: string): void {
    watchers.get(folder)?.close();
    watchers.delete(folder);
  }

  return {
    watch,
    get size() {
      return watchers.size;
    },
    stop: async () => {
      stopped = true;
      for (const folder of [...watchers.keys()]) unwatch(folder);
      await skeleton.close();
    },
  };
}
