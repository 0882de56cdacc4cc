import { access, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { demoHiddenFolder } from '../simulator/demo-plant.ts';
import { ensureFolder, listNames } from '../simulator/place-image.ts';

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
   * Deletes the folders with all images. Of a folder that held other files before the demo plant came, only what the plant
   * needs to go on: its images cannot be told from a camera's, so they stay. Can be repeated after an interruption.
   */
  remove(): Promise<void>;
};

const stoppedMark = 'stopped';
const ownMark = 'made-here';

/** `isOwn`: no one else was ever told to use this folder, so everything in it is the demo plant's. */
export function createDemoFiles(dir: string, isOwn: boolean): DemoFiles {
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
      if (await areOurs()) {
        // The mark goes last: a process that dies in between must find it again.
        for (const name of await listNames(dir))
          if (name !== demoHiddenFolder) await removeAll(join(dir, name));
      }
      await removeAll(hidden);
      if ((await listNames(dir)).length === 0) await removeAll(dir);
    },
  };
}

function removeAll(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true, maxRetries: 3 });
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
