import { and, eq, inArray, isNull } from 'drizzle-orm';
import type { Queryable } from '../../kernel/db/database.ts';
import { hourMs } from '../../kernel/time/durations.ts';
import type { FoundImage, FoundImageBatch } from './found-images.ts';
import { createReadHorizons, setHorizon } from './horizons.ts';
import { createInsertInspections } from './insert-inspections.ts';
import { applyToRollUps } from './roll-ups.ts';
import { type SettleParts, settleKnown } from './settle-known.ts';

/** The outcome of a batch; readers compare `stationIds` and the time span with what they show. */
export type Recorded = {
  added: number;
  rejudged: number;
  reread: number;
  /** Images newly marked as missing from the disk. */
  missing: number;
  stationIds: number[];
  oldestAt: number;
  newestAt: number;
};

export type RecordInspections = {
  /**
   * Records complete files with their counts; recording a batch twice changes nothing. Files from before the horizon of
   * rows are skipped: they are counted already.
   */
  recordFound(batch: FoundImageBatch): Promise<Recorded>;
  /** Marks images whose file is gone; rows and counts stay. Names that are unknown or already marked are skipped. */
  recordMissing(folder: { rootId: number; path: string }, names: readonly string[]): Promise<Recorded>;
};

/** The only writer of inspections and their counts. */
export function createRecordInspections(parts: SettleParts & { siteId: number }): RecordInspections {
  const { db, siteId, folders, clock } = parts;
  const { inspections } = db.tables;
  const insert = createInsertInspections(db);
  const readHorizons = createReadHorizons(db, siteId);

  /** Moves the horizon of files back to files that arrive late, so that their deletion starts from there again. */
  async function reopenFiles(q: Queryable, files: readonly FoundImage[], since: number): Promise<void> {
    const oldestAt = Math.min(...files.map(({ capturedAt }) => capturedAt));
    if (oldestAt < since)
      await setHorizon(db, q, { siteId, name: 'files', at: Math.floor(oldestAt / hourMs) * hourMs });
  }

  return {
    async recordFound({ folder: ref, files: found }) {
      const folder = await folders.ensure(ref);
      const { stationId, partId } = folder;
      const { files, isNew } = await db.tx(async (q) => {
        const horizons = await readHorizons(q);
        // NaN compares false: a file without a time is kept here and refused by the database.
        const files = found.filter(({ capturedAt }) => !(capturedAt < horizons.rows));
        const inserted = await insert(q, folder, files, clock.now());
        const changes = files
          .filter((_, i) => inserted[i])
          .map(({ capturedAt, verdict }) => ({ stationId, partId, capturedAt, verdict, by: 1 as const }));
        await applyToRollUps(db, q, changes);
        await reopenFiles(q, files, horizons.files);
        return { files, isNew: inserted };
      });
      const known = files.filter((_, i) => !isNew[i]);
      const settled = await settleKnown(parts, folder, known);
      return recordedOf(files, { added: files.length - known.length, ...settled, missing: 0 }, stationId);
    },

    async recordMissing({ rootId, path }, names) {
      const folder = folders.find(rootId, path);
      const nothing = { added: 0, rejudged: 0, reread: 0, missing: 0 };
      if (!folder || names.length === 0) return recordedOf([], nothing, 0);
      const gone = await db.tx(async (q) => {
        const there = and(
          eq(inspections.directoryId, folder.id),
          inArray(inspections.name, [...names]),
          isNull(inspections.missingAt),
        );
        const columns = { id: inspections.id, capturedAt: inspections.capturedAt };
        const rows = await q.select(columns).from(inspections).where(there);
        if (rows.length > 0) await q.update(inspections).set({ missingAt: clock.now() }).where(there);
        return rows;
      });
      return recordedOf(gone, { ...nothing, missing: gone.length }, folder.stationId);
    },
  };
}

type Counts = Pick<Recorded, 'added' | 'rejudged' | 'reread' | 'missing'>;

function recordedOf(
  files: readonly Pick<FoundImage, 'capturedAt'>[],
  counts: Counts,
  stationId: number,
): Recorded {
  const times = files.map((file) => file.capturedAt);
  const isChanged = Object.values(counts).some((count) => count > 0);
  return {
    ...counts,
    stationIds: isChanged ? [stationId] : [],
    oldestAt: Math.min(...times),
    newestAt: Math.max(...times),
  };
}
