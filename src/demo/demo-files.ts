import { access, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { demoHiddenFolder } from '../simulator/demo-plant.ts';
import { ensureFolder, listNames, removeIfEmpty } from '../simulator/place-image.ts';

/** The folders of the demo plant on this machine, and what is noted in them for the next start. */
export type DemoFiles = {
  /** Whether a demo plant was begun here. */
  exist(): Promise<boolean>;
  /** Whether anything but what the plant needs to go on is in the folder. */
  haveImages(): Promise<boolean>;
  /** Whether an administrator stopped it. */
  isStopped(): Promise<boolean>;
  setStopped(isStopped: boolean): Promise<void>;
  /** Whether everything in the folder is the demo plant's, and goes with it. */
  areOurs(): Promise<boolean>;
  /** Makes the folder for a plant to write to, and notes whether anything was in it before. */
  begin(): Promise<void>;
  /**
   * Deletes what the plant made and the folders that are empty then; other files stay. Of a folder that held other files
   * before the demo plant came, only what the plant needs to go on: its images cannot be told from a camera's. Can be
   * repeated after an interruption.
   */
  remove(): Promise<void>;
};

const stoppedMark = 'stopped';
const ownMark = 'made-here';

/**
 * `isOwn`: no one else was ever told to use this folder, so every image in it is the demo plant's. `removeImages` deletes
 * those that have the names the plant gives.
 */
export function createDemoFiles(
  dir: string,
  isOwn: boolean,
  removeImages: (dir: string) => Promise<void>,
): DemoFiles {
  const hidden = join(dir, demoHiddenFolder);
  const mark = (name: string) => join(hidden, name);

  const areOurs = async () => isOwn || exists(mark(ownMark));

  return {
    areOurs,
    exist: () => exists(hidden),
    haveImages: async () => (await listNames(dir)).some((name) => name !== demoHiddenFolder),
    isStopped: () => exists(mark(stoppedMark)),
    async setStopped(isStopped) {
      if (!isStopped) return rm(mark(stoppedMark), { force: true });
      await ensureFolder(hidden);
      await writeFile(mark(stoppedMark), '');
    },
    async begin() {
      const isEmpty = (await listNames(dir)).length === 0;
      await ensureFolder(hidden);
      if (isEmpty) await writeFile(mark(ownMark), '');
    },
    async remove() {
      // The mark goes last: a process that dies in between must find it again.
      if (await areOurs()) await removeImages(dir);
      await rm(hidden, { recursive: true, force: true, maxRetries: 3 });
      await removeIfEmpty(dir);
    },
  };
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
