import { join } from 'node:path';
import type { FileIntake } from '../arrival/file-intake.ts';
import { lookUpEntry, lookUpFile } from '../disk/look-up.ts';
import { folderState } from '../state/folder-state.ts';
import type { FolderState, ScanContext } from '../state/scan-context.ts';
import { createFileEvents, type FileEvents } from './file-events.ts';

/** The file-system events of a root: names of images go to the intake, new folders are watched and swept. */
export type RootWatch = {
  /** Starts, or starts over: the folders watched before may have been replaced. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Watches this folder from now on; true when all events of the same folder were received since the last call. */
  watch(folder: FolderState, identity: string): boolean;
  readonly isOn: boolean;
};

export function createRootWatch(context: ScanContext, intake: FileIntake, onFolder: () => void): RootWatch {
  const { root, isExcluded, isImageName, log, options } = context;
  const isFlat = options.flat ?? false;
  let watch: FileEvents | undefined;

  function noteName(path: string, name: string): void {
    if (isExcluded(name)) return;
    const folder = folderState(context, path);
    if (isImageName(name)) {
      if (!intake.offer(folder, name, true)) folder.again = true;
    } else if (!isFlat) {
      const child = path === '' ? name : `${path}/${name}`;
      const kind = kindOf(join(root.path, child));
      // A link is watched once a sweep has decided that it is followed.
      if (kind !== 'other') noteFolder(child, kind === 'folder');
    }
  }

  function noteFolder(path: string, isWatched: boolean): void {
    if (path.split('/').some((segment) => segment !== '' && isExcluded(segment))) return;
    // Only a listing of its parent finds a new folder.
    const above = context.folders.get(path.slice(0, Math.max(path.lastIndexOf('/'), 0)));
    if (above) above.again = true;
    if (isWatched) watch?.watch(path);
    onFolder();
  }

  async function stop(): Promise<void> {
    const before = watch;
    watch = undefined;
    await before?.stop();
  }

  return {
    start: async () => {
      await stop();
      watch = createFileEvents({
        root: root.path,
        isExcluded,
        isImageName,
        isFlat,
        log,
        onName: (path, name) => noteName(path, name),
        onFolder: (path) => noteFolder(path, kindOf(join(root.path, path)) === 'folder'),
      });
      if (isFlat) watch.watch('');
      else {
        for (const path of context.folders.keys()) {
          if (path === '' || kindOf(join(root.path, path)) === 'folder') watch.watch(path);
        }
      }
    },
    stop,
    watch: (folder, identity) => watch?.watch(folder.ref.path, identity) ?? false,
    get isOn() {
      return watch !== undefined;
    },
  };
}

/** A link counts as one only where it leads to a folder. */
function kindOf(path: string): 'folder' | 'link' | 'other' {
  const entry = lookUpEntry(path);
  if (entry.state !== 'there') return 'other';
  if (entry.stats.isDirectory()) return 'folder';
  if (!entry.stats.isSymbolicLink()) return 'other';
  const target = lookUpFile(path);
  return target.state === 'there' && target.stats.isDirectory() ? 'link' : 'other';
}
