import type { Db } from '../../schema/db.ts';
import { readRootRows } from './root-rows.ts';

type Root = { id: number; path: string };

/**
 * Finds the root of the demo plant at `demoDir`, whether or not it is watched: its images stay on the pages where DEMO=0, and
 * after a stop before the first was written. Undefined where there is none, or where the folder is the real plant's.
 */
export async function createFindDemoRoot(options: {
  db: Db;
  siteId: number;
  demoDir: string;
  /** WATCH_DIR. */
  watchDirs: readonly string[];
  /** Roots that are watched, or are about to be. */
  current: () => readonly (Root | undefined)[];
}): Promise<() => number | undefined> {
  const { db, siteId, demoDir, watchDirs, current } = options;
  const row = (await readRootRows(db, siteId)).find(({ path }) => path === demoDir);
  if (watchDirs.includes(demoDir) || (row && row.addedAt !== null)) return () => undefined;
  return () => {
    const roots = current();
    const now = roots.find((root) => root?.path === demoDir);
    // Once that row is gone, another folder may have its id.
    return now?.id ?? (roots.some((root) => root?.id === row?.id) ? undefined : row?.id);
  };
}
