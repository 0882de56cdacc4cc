import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { asc, gte, max, min } from 'drizzle-orm';
import { type Placeholders, prepared } from '../../kernel/db/prepared.ts';
import type { Db } from '../../schema/db.ts';
import type { Folders } from '../recording/folders.ts';

/** The mean of this many sizes is accurate to a few percent even where their standard deviation equals the mean. */
const samples = 200;
/** Rows read for one sample. Bounded, because a million rows in a row may belong to another site or have no file. */
const rowsPerSample = 20;
const cacheTtlMs = 10 * 60_000;

type Row = Db['tables']['inspections']['$inferSelect'];

/**
 * The mean size in bytes of the images in the roots that `rootPath` knows, estimated from images sampled evenly over all
 * rows: summing a million sizes takes seconds, and those of old images are unknown until they are opened. Undefined when
 * there are no images.
 */
export function createMeanSize(options: {
  db: Db;
  folders: Pick<Folders, 'get' | 'ensureKnown'>;
  rootPath: (rootId: number) => string | undefined;
}): () => Promise<number | undefined> {
  const { db, folders } = options;
  const { inspections } = db.tables;
  const selectEnds = prepared(() =>
    db.read.select({ first: min(inspections.id), last: max(inspections.id) }).from(inspections),
  );
  const selectFrom = prepared((value: Placeholders<{ id: number }>) =>
    db.read
      .select()
      .from(inspections)
      .where(gte(inspections.id, value.id))
      .orderBy(asc(inspections.id))
      .limit(rowsPerSample),
  );
  let cached: { at: number; size: Promise<number | undefined> } | undefined;

  async function measure(): Promise<number | undefined> {
    const [ends] = await selectEnds();
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
    const rows = await selectFrom({ id });
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
    if (cached && performance.now() - cached.at <= cacheTtlMs) return cached.size;
    const size = measure();
    cached = { at: performance.now(), size };
    // After a failure of the database the next call measures again.
    size.catch(() => {
      cached = undefined;
    });
    return size;
  };
}
