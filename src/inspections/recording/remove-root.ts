import { type AnyColumn, and, asc, eq, inArray, lt, ne, not, or, type SQL, sql } from 'drizzle-orm';
import { removeAlarms } from '../../alerts/remove-alarms.ts';
import type { Queryable } from '../../kernel/db/database.ts';
import { insertMissing } from '../../kernel/db/write.ts';
import { hourMs } from '../../kernel/time/durations.ts';
import { createReadHorizons } from '../../plant/removal/horizons.ts';
import {
  hideForRemoval,
  isHiddenForRemoval,
  removePart,
  removeStation,
  showAfterRemoval,
} from '../../plant/removal/remove-stations.ts';
import type { Db } from '../../schema/db.ts';
import { keepIds } from '../../schema/kept-ids.ts';
import { applyToRollUps } from './roll-ups.ts';

/** Images taken out in one transaction, with their counts: some milliseconds. */
const imagesPerStep = 500;
/** Hours of a station and model whose counts one transaction deletes. */
const hoursPerStep = 24;
/** Stations and models of one folder tree. */
const maxLanes = 10_000;

type RemovalParts = { db: Db; siteId: number };
type Lane = { stationId: number; partId: number };
/** An image as its thumbnails are known by. */
export type RemovedImage = { id: number; revision: number };

/**
 * Notes that a root goes with everything found in it, and takes the stations that have no other folder off the pages. From
 * then on `removeRoot` must be run until it has ended, at the next start where this process dies.
 */
export async function beginRootRemoval({ db, siteId }: RemovalParts, rootId: number): Promise<void> {
  const { repairs } = db.tables;
  await db.tx(async (q) => {
    await insertMissing(db.dialect, q, repairs, [{ siteId, name: 'removal', position: rootId }]);
    await keepIds(db, q, siteId, 'inspectionIds');
    const ids: number[] = [];
    for (const { stationId } of await lanesOf(db, q, rootId)) {
      if (!(await hasFolderElsewhere(db, q, rootId, { stationId }))) ids.push(stationId);
    }
    await hideForRemoval(db, q, siteId, ids);
  });
}

/** The root that is being removed, by a process that may have died since; undefined when there is none. */
export async function findRootRemoval({ db, siteId }: RemovalParts): Promise<number | undefined> {
  const { repairs } = db.tables;
  const [row] = await db.read.select({ rootId: repairs.position }).from(repairs).where(isRemoval(db, siteId));
  return row?.rootId;
}

/**
 * Removes a root with everything found in it: images, counts, COUNT gaps, alarms and tests, folders, and the stations and
 * models that nothing is left of. Every step is one short transaction that takes rows with their counts, so a process that
 * dies in between leaves the books right and only has to call this again; nobody may watch the root meanwhile. Answers the
 * ids of the stations that are gone; undefined when the signal ended it before the end.
 */
export async function removeRoot(
  parts: RemovalParts,
  rootId: number,
  options: {
    signal: AbortSignal;
    /** Deletes what was drawn of images whose rows go next. */
    eraseThumbnails: (images: readonly RemovedImage[]) => Promise<void>;
    /** After each step: how many images went by it. */
    onStep: (images: number) => void;
  },
): Promise<number[] | undefined> {
  const { db, siteId } = parts;
  const { directories, roots, sweeps, repairs } = db.tables;
  const { signal } = options;
  if (!(await removeImages(parts, rootId, options))) return undefined;
  const lanes = await lanesOf(db, db.read, rootId);
  for (const lane of lanes) {
    if (await hasFolderElsewhere(db, db.read, rootId, lane)) continue;
    if (!(await removeCounts(parts, lane, signal))) return undefined;
    await db.tx((q) => forgetLaneIfUnused(db, q, rootId, lane));
  }
  const stationIds = new Set(lanes.map(({ stationId }) => stationId));
  const goneStations: number[] = [];
  for (const stationId of stationIds) {
    if (signal.aborted) return undefined;
    if (await removeIfEmpty(db, rootId, stationId)) goneStations.push(stationId);
  }
  await db.tx(async (q) => {
    // A check that was under way may have written what it found since.
    for (const stationId of goneStations) await removeFindings(db, q, stationId);
    await q.delete(directories).where(eq(directories.rootId, rootId));
    for (const lane of lanes) {
      if (await isUnused(db, q, rootId, lane)) await removeGaps(db, q, lane);
      if (!(await isPartUsed(db, q, lane.partId))) await removePart(db, q, lane.partId);
    }
    await q.delete(sweeps).where(eq(sweeps.rootId, rootId));
    await q.delete(roots).where(and(eq(roots.id, rootId), eq(roots.siteId, siteId)));
    await q.delete(repairs).where(isRemoval(db, siteId));
  });
  return goneStations;
}

function isRemoval({ tables: { repairs } }: Db, siteId: number) {
  return and(eq(repairs.siteId, siteId), eq(repairs.name, 'removal'));
}

/** The stations and models of a root's folders. */
async function lanesOf({ tables: { directories } }: Db, q: Queryable, rootId: number): Promise<Lane[]> {
  return q
    .selectDistinct({ stationId: directories.stationId, partId: directories.partId })
    .from(directories)
    .where(eq(directories.rootId, rootId))
    .limit(maxLanes);
}

async function hasFolderElsewhere(
  { tables: { directories } }: Db,
  q: Queryable,
  rootId: number,
  { stationId, partId }: { stationId: number; partId?: number },
): Promise<boolean> {
  const [folder] = await q
    .select({ id: directories.id })
    .from(directories)
    .where(
      and(
        ne(directories.rootId, rootId),
        eq(directories.stationId, stationId),
        partId === undefined ? undefined : eq(directories.partId, partId),
      ),
    )
    .limit(1);
  return folder !== undefined;
}

type Options = Parameters<typeof removeRoot>[2];

/** True when none is left. */
async function removeImages(parts: RemovalParts, rootId: number, options: Options): Promise<boolean> {
  const { db } = parts;
  const { directories, inspections } = db.tables;
  const folders = await db.read
    .select({ id: directories.id })
    .from(directories)
    .where(eq(directories.rootId, rootId))
    .orderBy(asc(directories.id));
  for (const folder of folders) {
    for (let count = imagesPerStep; count === imagesPerStep; ) {
      if (options.signal.aborted) return false;
      const images = await db.read
        .select({ id: inspections.id, revision: inspections.revision, sizeBytes: inspections.sizeBytes })
        .from(inspections)
        .where(eq(inspections.directoryId, folder.id))
        .orderBy(asc(inspections.name))
        .limit(imagesPerStep);
      count = images.length;
      if (count === 0) break;
      // First, because nothing finds them without the row. What was never drawn has no size.
      await options.eraseThumbnails(images.filter(({ sizeBytes }) => sizeBytes !== null));
      await db.tx((q) =>
        removeRows(
          db,
          q,
          rootId,
          images.map(({ id }) => id),
        ),
      );
      options.onStep(count);
      await new Promise(setImmediate);
    }
  }
  return true;
}

/** With their counts, and with the stations and models that nothing is left of and that no folder's row leads to. */
async function removeRows(db: Db, q: Queryable, rootId: number, ids: readonly number[]): Promise<void> {
  const { inspections, badImages } = db.tables;
  const these = inArray(inspections.id, [...ids]);
  // Read in the transaction: somebody may have judged one since.
  const rows = await q.select().from(inspections).where(these);
  await q.delete(badImages).where(inArray(badImages.inspectionId, [...ids]));
  await q.delete(inspections).where(these);
  await applyToRollUps(
    db,
    q,
    rows.map((before) => ({ before })),
  );
  // Now, because after a kill nothing tells where images were whose names say their station.
  for (const lane of lanesOfRows(rows)) {
    const startAt = Math.floor(lane.fromAt / hourMs) * hourMs;
    await removeZeros(db, q, lane, between(startAt, lane.toAt + 1));
    if (!(await forgetLaneIfUnused(db, q, rootId, lane))) continue;
    const { stationId, partId } = lane;
    if (!(await hasLaneOrFolder(db, q, stationId))) {
      await removeFindings(db, q, stationId);
      await removeStation(db, q, stationId);
    }
    if (!(await isPartUsed(db, q, partId))) await removePart(db, q, partId);
  }
}

type LaneOfRows = Lane & { fromAt: number; toAt: number };

/** The stations and models of images, with the times of the first and the last of each. */
function lanesOfRows(rows: readonly (Lane & { capturedAt: number })[]): Iterable<LaneOfRows> {
  const lanes = new Map<string, LaneOfRows>();
  for (const { stationId, partId, capturedAt } of rows) {
    const key = `${stationId}:${partId}`;
    const lane = lanes.get(key) ?? { stationId, partId, fromAt: capturedAt, toAt: capturedAt };
    lane.fromAt = Math.min(lane.fromAt, capturedAt);
    lane.toAt = Math.max(lane.toAt, capturedAt);
    lanes.set(key, lane);
  }
  return lanes.values();
}

/** Whether a station has no images of a model left, none that stay counted, and no folder of them outside the root. */
async function isUnused(db: Db, q: Queryable, rootId: number, lane: Lane): Promise<boolean> {
  const { inspections, inspectionHours: hours } = db.tables;
  const [image] = await q
    .select({ id: inspections.id })
    .from(inspections)
    .where(and(eq(inspections.stationId, lane.stationId), eq(inspections.partId, lane.partId)))
    .limit(1);
  if (image || (await hasFolderElsewhere(db, q, rootId, lane))) return false;
  const [hour] = await q
    .select({ startAt: hours.startAt })
    .from(hours)
    .where(and(ofLane(hours, lane), not(isZero(hours))))
    .limit(1);
  return hour === undefined;
}

/** Whether it was unused, and is gone from its station with what the COUNT check had found. */
async function forgetLaneIfUnused(db: Db, q: Queryable, rootId: number, lane: Lane): Promise<boolean> {
  const { stationParts } = db.tables;
  if (!(await isUnused(db, q, rootId, lane))) return false;
  await q.delete(stationParts).where(ofLane(stationParts, lane));
  await removeGaps(db, q, lane);
  return true;
}

async function removeGaps({ tables: { sequenceGaps } }: Db, q: Queryable, lane: Lane): Promise<void> {
  await q.delete(sequenceGaps).where(ofLane(sequenceGaps, lane));
}

function ofLane(table: { stationId: AnyColumn; partId: AnyColumn }, { stationId, partId }: Lane) {
  return and(eq(table.stationId, stationId), eq(table.partId, partId));
}

type Counts = Db['tables']['inspectionHours' | 'inspectionMinutes'];

/** Nothing is counted in it: what was has been subtracted. */
function isZero(table: Counts): SQL {
  const { ok, ng, unmatched, undecided, furtherOk, furtherNg } = table;
  return sql`(${ok} = 0 and ${ng} = 0 and ${unmatched} = 0 and ${undecided} = 0 and ${furtherOk} = 0 and ${furtherNg} = 0)`;
}

/** Deletes the minutes and hours of a lane in which nothing is counted any more: never a count that a real image is in. */
async function removeZeros(
  { tables }: Db,
  q: Queryable,
  lane: Lane,
  when: (startAt: AnyColumn) => SQL,
): Promise<void> {
  for (const table of [tables.inspectionMinutes, tables.inspectionHours])
    await q.delete(table).where(and(when(table.startAt), ofLane(table, lane), isZero(table)));
}

function between(startAt: number, endAt: number) {
  return (column: AnyColumn) => sql`${column} >= ${startAt} and ${column} < ${endAt}`;
}

/** Deletes what is left of the counts of a station and model, hour by hour; false when the signal ended it first. */
async function removeCounts({ db, siteId }: RemovalParts, lane: Lane, signal: AbortSignal): Promise<boolean> {
  const { inspectionHours: hours, inspectionMinutes: minutes } = db.tables;
  const readHorizons = createReadHorizons(db, siteId);
  for (let count = hoursPerStep; count === hoursPerStep; ) {
    if (signal.aborted) return false;
    count = await db.tx(async (q) => {
      const { rows: since } = await readHorizons(q);
      // Retention deleted the rows of these images. Nothing is ever recorded there again, so no real image is among them.
      const isOurs = (await isHiddenForRemoval(db, q, lane.stationId))
        ? or(isZero(hours), lt(hours.startAt, Math.max(since, 0)))
        : isZero(hours);
      const rows = await q
        .select({ startAt: hours.startAt })
        .from(hours)
        .where(and(ofLane(hours, lane), isOurs))
        .orderBy(asc(hours.startAt))
        .limit(hoursPerStep);
      for (const { startAt } of rows) {
        // By the time, which the key of minutes begins with.
        const isOfHour = between(startAt, startAt + hourMs)(minutes.startAt);
        await q.delete(minutes).where(and(isOfHour, ofLane(minutes, lane)));
        await q.delete(hours).where(and(eq(hours.startAt, startAt), ofLane(hours, lane)));
      }
      return rows.length;
    });
    await new Promise(setImmediate);
  }
  return true;
}

/** Whether a station has a model, or any folder. */
async function hasLaneOrFolder({ tables }: Db, q: Queryable, stationId: number): Promise<boolean> {
  for (const table of [tables.stationParts, tables.directories]) {
    const [used] = await q
      .select({ partId: table.partId })
      .from(table)
      .where(eq(table.stationId, stationId))
      .limit(1);
    if (used) return true;
  }
  return false;
}

/** Removes a station that nothing is left of; one that has other images is shown again. True when it is gone. */
async function removeIfEmpty(db: Db, rootId: number, stationId: number): Promise<boolean> {
  const { stationParts } = db.tables;
  return db.tx(async (q) => {
    const [lane] = await q.select().from(stationParts).where(eq(stationParts.stationId, stationId)).limit(1);
    if (lane !== undefined || (await hasFolderElsewhere(db, q, rootId, { stationId }))) {
      await showAfterRemoval(db, q, stationId);
      return false;
    }
    await removeFindings(db, q, stationId);
    await removeStation(db, q, stationId);
    return true;
  });
}

/** What checks and tests have found at a station. */
async function removeFindings(db: Db, q: Queryable, stationId: number): Promise<void> {
  const { sequenceGaps } = db.tables;
  await q.delete(sequenceGaps).where(eq(sequenceGaps.stationId, stationId));
  await removeAlarms(db, q, stationId);
}

/** Whether any station or folder has images of a model. */
async function isPartUsed({ tables }: Db, q: Queryable, partId: number): Promise<boolean> {
  for (const table of [tables.stationParts, tables.directories]) {
    const [used] = await q
      .select({ partId: table.partId })
      .from(table)
      .where(eq(table.partId, partId))
      .limit(1);
    if (used) return true;
  }
  return false;
}
