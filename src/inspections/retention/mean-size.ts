import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { asc, gte, max, min } from 'drizzle-orm';
import type { Db } from '../../schema/db.ts';
import type { Folders } from '../recording/folders.ts';

/** The mean of so many sizes is off by a few percent where they differ by their own size. */
const samples = 200;
/**
 * Rows looked at for one sample: others may be of another site or without a file, and a stretch of a million such rows
 * must not be walked over.
 */
const rowsPerSample = 20;
const keptMs = 10 * 60_000;

type Row = Db['tables']['inspections']['$inferSelect'];

/**
 * The mean size of an image in bytes in the folders that `rootPath` knows, those of one site, of images picked evenly
 * over all that are there: adding a million sizes up would take seconds, and older ones are not known before somebody
 * looks. Undefined when there is none.
 */
export function createMeanSize(options: {
  db: Db;
  folders: Pick<Folders, 'get' | 'ensureKnown'>;
  rootPath: (rootId: number) => string | undefined;
}): () => Promise<number | undefined> {
  const { db, folders } = options;
  const { inspections } = db.tables;
  let kept: { at: number; size: Promise<number | undefined> } | undefined;

  async function measure(): Promise<number | undefined> {
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
    const rows = await db.read
      .select()
      .from(inspections)
      .where(gte(inspections.id, id))
      .orderBy(asc(inspections.id))
      .limit(rowsPerSample);
    await folders.ensureKnown(rows);
    const row = rows.find((one) => one.missingAt === null && rootOf(one) !== undefined);
    return row && sizeOf(row);
  }

  function rootOf({ directoryId }: Row): string | undefined {
    return options.rootPath(folders.get(directoryId).rootId);
  }

  async function sizeOf(row: Row): Promise<number | undefined> {
    if (row.sizeBytes !== null) return row.sizeBytes;
    const path = join(rootOf(row) ?? '', folders.get(row.directoryId).path, row.name);
    return stat(path).then(
      ({ size }) => size,
      () => undefined,
    );
  }

  return () => {
    if (kept && performance.now() - kept.at <= keptMs) return kept.size;
    const size = measure();
    kept = { at: performance.now(), size };
    // A database that was away is asked again at the next look.
    size.catch(() => {
      kept = undefined;
    });
    return size;
  };
}
