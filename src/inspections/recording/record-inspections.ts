import { and, eq, inArray, isNull } from 'drizzle-orm';
import type { Queryable } from '../../kernel/db/database.ts';
import { hourMs } from '../../kernel/time/durations.ts';
import type { FoundBatch, FoundFile } from './found-files.ts';
import { createReadHorizons, setHorizon } from './horizons.ts';
import { createInsertInspections } from './insert-inspections.ts';
import { applyToRollUps } from './roll-ups.ts';
import { type SettleParts, settleKnown } from './settle-known.ts';

/** What became of a batch. `stationIds` and the time span tell readers whether they are concerned. */
export type Recorded = {
  added: number;
  rejudged: number;
  reread: number;
  /** Marked as gone from the disk. */
  missing: number;
  stationIds: number[];
  oldestAt: number;
  newestAt: number;
};

export type RecordInspections = {
  /**
   * Takes complete files into the database with their counts; the same batch twice changes nothing. Files of a time
   * whose rows retention has deleted are passed over: they are counted already.
   */
  recordFound(batch: FoundBatch): Promise<Recorded>;
  /** Marks images whose file is gone; row and counts stay. Names that are unknown or marked already are passed over. */
  recordMissing(folder: { rootId: number; path: string }, names: readonly string[]): Promise<Recorded>;
};

/** The write side of inspections: every row and every count of them is written here and in what is called from here. */
export function createRecordInspections(parts: SettleParts & { siteId: number }): RecordInspections {
  const { db, siteId, folders, clock } = parts;
  const { inspections } = db.tables;
  const insert = createInsertInspections(db);
  const readHorizons = createReadHorizons(db, siteId);

  /** Files that come late are older than what was deleted of files: that has to begin with them again. */
  async function reopenFiles(q: Queryable, files: readonly FoundFile[], since: number): Promise<void> {
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
        // A file without a time is not older than anything: it goes on and is refused.
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
      return describe(files, { added: files.length - known.length, ...settled, missing: 0 }, stationId);
    },

    async recordMissing({ rootId, path }, names) {
      const folder = folders.find(rootId, path);
      const nothing = { added: 0, rejudged: 0, reread: 0, missing: 0 };
      if (!folder || names.length === 0) return describe([], nothing, 0);
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
      return describe(gone, { ...nothing, missing: gone.length }, folder.stationId);
    },
  };
}

type Counted = Pick<Recorded, 'added' | 'rejudged' | 'reread' | 'missing'>;

function describe(
  files: readonly Pick<FoundFile, 'capturedAt'>[],
  counted: Counted,
  stationId: number,
): Recorded {
  const times = files.map((file) => file.capturedAt);
  const isNews = Object.values(counted).some((count) => count > 0);
  return {
    ...counted,
    stationIds: isNews ? [stationId] : [],
    oldestAt: Math.min(...times),
    newestAt: Math.max(...times),
  };
}
