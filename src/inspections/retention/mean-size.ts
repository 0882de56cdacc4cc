import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { and, asc, gte, isNull, max, min } from 'drizzle-orm';
import type { Db } from '../../schema/db.ts';
import type { Folders } from '../folders.ts';

/** The mean of so many sizes is off by a few percent where they differ by their own size. */
const samples = 200;
const keptMs = 10 * 60_000;

/**
 * The mean size of an image in bytes, of images picked evenly over all that are there: adding a million sizes up would
 * take seconds, and older ones are not known before somebody looks. Undefined when there is none.
 */
export function createMeanSize(options: {
  db: Db;
  folders: Pick<Folders, 'get'>;
  rootPath: (rootId: number) => string | undefined;
}): () => Promise<number | undefined> {
  const { db } = options;
  let kept: { at: number; size: Promise<number | undefined> } | undefined;

  async function measure(): Promise<number | undefined> {
    const { inspections } = db.tables;
    const [ends] = await db.read
      .select({ first: min(inspections.id), last: max(inspections.id) })
      .from(inspections);
    if (ends?.first == null || ends.last == null) return undefined;
    const [first, last] = [Number(ends.first), Number(ends.last)];
    const stepOf = Math.max(1, Math.floor((last - first + 1) / samples));
    const sizes: number[] = [];
    for (let id = first; id <= last && sizes.length < samples; id += stepOf) {
      const size = await sizeFrom(id);
      if (size !== undefined) sizes.push(size);
    }
    return sizes.length === 0 ? undefined : sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
  }

  async function sizeFrom(id: number): Promise<number | undefined> {
    const { inspections } = db.tables;
    const [row] = await db.read
      .select()
      .from(inspections)
      .where(and(gte(inspections.id, id), isNull(inspections.missingAt)))
      .orderBy(asc(inspections.id))
      .limit(1);
    if (!row) return undefined;
    if (row.sizeBytes !== null) return row.sizeBytes;
    const { rootId, path } = options.folders.get(row.directoryId);
    const root = options.rootPath(rootId);
    if (root === undefined) return undefined;
    return stat(join(root, path, row.name)).then(
      ({ size }) => size,
      () => undefined,
    );
  }

  return () => {
    if (!kept || performance.now() - kept.at > keptMs) kept = { at: performance.now(), size: measure() };
    return kept.size;
  };
}
