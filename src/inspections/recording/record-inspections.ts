import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { Queryable } from '../../kernel/db/database.ts';
import type { MovedFolder } from '../../kernel/folder-scan/model/moved-folder.ts';
import { hourMs } from '../../kernel/time/durations.ts';
import type { ArrivedImage } from '../../plant/clock-offset.ts';
import type { RecordClocks } from '../../plant/record-clocks.ts';
import { createReadHorizons, setHorizon } from '../../plant/removal/horizons.ts';
import type { KnownFolder } from './folders.ts';
import type { FoundImage, FoundImageBatch } from './found-images.ts';
import { createInsertInspections, type ImageLane } from './insert-inspections.ts';
import { createRenames, type RenameParts } from './renames.ts';
import { applyToRollUps } from './roll-ups.ts';
import { settleKnown } from './settle-known.ts';
import type { ImageChange } from './unit-counts.ts';

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
  /** Folders of a root have other paths now; true when their images are those of the new paths from now on. */
  recordMoved(moves: readonly MovedFolder[]): Promise<boolean>;
};

/** The only writer of inspections and their counts. */
export function createRecordInspections(
  parts: RenameParts & { siteId: number; clocks?: RecordClocks },
): RecordInspections {
  const { db, siteId, folders, clock, clocks } = parts;
  const { inspections, roots } = db.tables;
  const insert = createInsertInspections(db);
  const readHorizons = createReadHorizons(db, siteId);
  const renames = createRenames(parts);

  /** Moves the horizon of files back to files that arrive late, so that their deletion starts from there again. */
  async function reopenFiles(q: Queryable, files: readonly FoundImage[], since: number): Promise<void> {
    const oldestAt = Math.min(...files.map(({ capturedAt }) => capturedAt));
    if (oldestAt < since)
      await setHorizon(db, q, { siteId, name: 'files', at: Math.floor(oldestAt / hourMs) * hourMs });
  }

  /** Counts the images that an earlier version had left out. */
  async function noteRecovered(
    q: Queryable,
    { rootId, recoverBefore }: KnownFolder,
    added: readonly FoundImage[],
  ): Promise<void> {
    if (recoverBefore === null) return;
    const recovered = added.filter(({ capturedAt }) => capturedAt < recoverBefore).length;
    if (recovered === 0) return;
    await q
      .update(roots)
      .set({ recoveredCount: sql`${roots.recoveredCount} + ${recovered}` })
      .where(eq(roots.id, rootId));
  }

  /** Inserts the files that are new and returns which ones are known. */
  async function insertNew(folder: KnownFolder, lane: ImageLane, found: readonly FoundImage[]) {
    return db.tx(async (q) => {
      const horizons = await readHorizons(q);
      // NaN compares false: a file without a time is kept here and refused by the database.
      const files = found.filter(({ capturedAt }) => !(capturedAt < horizons.rows));
      const isNew = await insert(q, lane, files, clock.now());
      const added = files.filter((_, i) => isNew[i]);
      await applyToRollUps(db, q, await changesOf(q, lane, added));
      await reopenFiles(q, files, horizons.files);
      await noteRecovered(q, folder, added);
      return { added: added.length, known: files.filter((_, i) => !isNew[i]) };
    });
  }

  /** Views of units are counted by their rows, all others by their files. */
  async function changesOf(
    q: Queryable,
    { directoryId, stationId, partId }: ImageLane,
    added: readonly FoundImage[],
  ): Promise<ImageChange[]> {
    const names = added.flatMap(({ name, view, unit }) => (view === null && unit === null ? [] : name));
    const ofNames = and(eq(inspections.directoryId, directoryId), inArray(inspections.name, names));
    const rows = names.length === 0 ? [] : await q.select().from(inspections).where(ofNames);
    const others = added.filter(({ view, unit }) => view === null && unit === null);
    return [
      ...rows.map((after) => ({ after })),
      ...others.map((file) => ({ after: { ...file, stationId, partId } })),
    ];
  }

  /** Records files of one station and model. */
  async function recordLane(folder: KnownFolder, lane: ImageLane, files: readonly FoundImage[]) {
    const counts = { added: 0, rejudged: 0, reread: 0, missing: 0 };
    const { outcomes, others } = await renames.takeOver(folder, lane, files);
    for (const outcome of outcomes) counts[outcome]++;
    const { added, known } = await insertNew(folder, lane, others);
    counts.added = added;
    counts.reread += await settleKnown(db, folder, known);
    for (const file of files) renames.remember(folder, lane, file);
    return counts;
  }

  return {
    recordMoved: (moves) =>
      folders.move(moves, { isGone: ({ rootId, path }) => parts.isGone({ rootId, path: '' }, path) }),

    async recordFound({ folder: ref, files }) {
      const folder = await folders.ensure(ref, files[0]);
      const outcomes: Recorded[] = [];
      for (const [{ station, part }, some] of groupByLane(files)) {
        const { stationId, partId } = await folders.ensureLane(folder, { station, part });
        const counts = await recordLane(folder, { directoryId: folder.id, stationId, partId }, some);
        outcomes.push(recordedOf(some, counts, stationId));
        await clocks?.note(
          stationId,
          some.flatMap((file) => arrivedImage(file, clock.now()) ?? []),
        );
      }
      return mergeRecorded(outcomes);
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
        const rows = await q.select().from(inspections).where(there);
        if (rows.length > 0) await q.update(inspections).set({ missingAt: clock.now() }).where(there);
        return rows;
      });
      const outcomes: Recorded[] = [];
      for (const [stationId, rows] of Map.groupBy(gone, (row) => row.stationId)) {
        const joined = await renames.joinGone(folder, rows);
        const rejudged = joined.filter((outcome) => outcome === 'rejudged').length;
        const reread = joined.length - rejudged;
        const missing = rows.length - joined.length;
        outcomes.push(recordedOf(rows, { added: 0, rejudged, reread, missing }, stationId));
      }
      return outcomes.length === 0 ? recordedOf([], nothing, 0) : mergeRecorded(outcomes);
    },
  };
}

/** Files by the station and model that their names tell; almost always one group. */
function groupByLane(files: readonly FoundImage[]): [Pick<FoundImage, 'station' | 'part'>, FoundImage[]][] {
  const groups = Map.groupBy(files, ({ station, part }) => `${station ?? ''}\0${part ?? ''}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first ? [[first, group]] : [];
  });
}

function mergeRecorded(list: readonly Recorded[]): Recorded {
  const sum = (key: keyof Counts) => list.reduce((total, recorded) => total + recorded[key], 0);
  return {
    added: sum('added'),
    rejudged: sum('rejudged'),
    reread: sum('reread'),
    missing: sum('missing'),
    stationIds: [...new Set(list.flatMap(({ stationIds }) => stationIds))],
    oldestAt: Math.min(...list.map(({ oldestAt }) => oldestAt)),
    newestAt: Math.max(...list.map(({ newestAt }) => newestAt)),
  };
}

/** A file that arrived just now with a time in its name; undefined for any other. */
function arrivedImage(file: FoundImage, now: number): ArrivedImage | undefined {
  const { isHeard, namedAt, capturedAt, modifiedAt, verdict, word } = file;
  if (!isHeard || (verdict === null && word === null)) return undefined;
  // A time that is not believed was replaced by that of the finding.
  return namedAt === null
    ? { namedAt: capturedAt, foundAt: now, modifiedAt }
    : { namedAt, foundAt: capturedAt, modifiedAt };
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
