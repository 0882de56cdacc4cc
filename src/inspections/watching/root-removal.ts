import { and, eq } from 'drizzle-orm';
import type { ThumbnailStore } from '../../kernel/images/thumbnails/thumbnail-store.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import type { PlantNames } from '../../plant/names.ts';
import type { Db } from '../../schema/db.ts';
import { ensureRoot, type Folders } from '../recording/folders.ts';
import {
  beginRootRemoval,
  findRootRemoval,
  type RemovedImage,
  removeRoot,
} from '../recording/remove-root.ts';
import type { Sources } from './sources.ts';

/** Removes a watched folder's images from the database; its files are left to whoever wrote them. */
export type RootRemoval = {
  /** Whether the database knows a folder of the own site at this path. */
  isKnown(path: string): Promise<boolean>;
  /** Notes that the folder goes, watches it no more and takes its stations off the pages. */
  begin(path: string): Promise<void>;
  /** Path of the folder whose removal has begun; undefined when there is none. */
  findBegun(): Promise<string | undefined>;
  /**
   * Takes out what is left of it, step by step; false when the signal ended it first, and `findBegun` still names it then.
   * `onStep` gets how many images a step took.
   */
  finish(path: string, signal: AbortSignal, onStep: (images: number) => void): Promise<boolean>;
};

/** `onChanged` runs when stations have left the pages. */
export function createRootRemoval(options: {
  db: Db;
  clock: Clock;
  siteId: number;
  sources: Pick<Sources, 'unwatch'>;
  folders: Folders;
  names: PlantNames;
  images: {
    thumbnails: Pick<ThumbnailStore, 'openEraser' | 'sweep'>;
    thumbnailKeys(images: readonly RemovedImage[]): Promise<string[]>;
  };
  onChanged: () => void;
}): RootRemoval {
  const { db, clock, siteId, sources, folders, names, images, onChanged } = options;
  const { roots } = db.tables;

  return {
    async isKnown(path) {
      const isOfSite = and(eq(roots.siteId, siteId), eq(roots.path, path));
      const [row] = await db.read.select({ id: roots.id }).from(roots).where(isOfSite);
      return row !== undefined;
    },
    async begin(path) {
      const rootId = await ensureRoot(db, clock, siteId, path);
      await sources.unwatch(rootId);
      await beginRootRemoval({ db, siteId }, rootId);
      await names.refresh();
      onChanged();
    },
    async findBegun() {
      const rootId = await findRootRemoval({ db, siteId });
      if (rootId === undefined) return undefined;
      const [row] = await db.read.select({ path: roots.path }).from(roots).where(eq(roots.id, rootId));
      return row?.path;
    },
    async finish(path, signal, onStep) {
      const rootId = await ensureRoot(db, clock, siteId, path);
      await using eraser = images.thumbnails.openEraser();
      const gone = await removeRoot({ db, siteId }, rootId, {
        signal,
        eraseThumbnails: async (rows) => eraser.erase(await images.thumbnailKeys(rows)),
        onStep,
      });
      if (gone === undefined) return false;
      await folders.forgetRoot(rootId);
      await images.thumbnails.sweep();
      onChanged();
      return true;
    },
  };
}
