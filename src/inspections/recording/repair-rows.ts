import { and, asc, eq, gt, inArray, isNotNull, isNull, ne, not, notInArray, or, sql } from 'drizzle-orm';
import { removeAlarms } from '../../alerts/remove-alarms.ts';
import type { Queryable } from '../../kernel/db/database.ts';
import { type Loop, startLoop } from '../../kernel/jobs/loop.ts';
import type { Log } from '../../kernel/log.ts';
import { believedAheadMs } from '../../kernel/time/clock.ts';
import type { PlantNames } from '../../plant/names.ts';
import { createSiteCondition } from '../../plant/site-condition.ts';
import type { Db } from '../../schema/db.ts';
import { stationAndPartOf } from '../names/parse-file-name.ts';
import type { Folders, KnownFolder } from './folders.ts';
import { applyToRollUps } from './roll-ups.ts';

/** A duty may come later than the start. */
const lookEveryMs = 5_000;
/** Rows mended in one transaction. */
const rowsPerStep = 500;
/** Rows looked through in one transaction for times that are not believed. */
const rowsPerLook = 20_000;

export type RepairParts = { db: Db; siteId: number; folders: Folders; names: PlantNames };

/**
 * Mends, a step at a time, rows that an earlier version wrote: folders whose images it gave to another station (a station
 * without models, names in decomposed Unicode), and times of names far ahead of the clock. Each step is a transaction that
 * moves rows with their counts, so an interruption loses nothing and repeats nothing. Returns whether anything is left.
 */
async function repairRows(parts: RepairParts): Promise<boolean> {
  const { db, siteId } = parts;
  const { repairs } = db.tables;
  const isMending = and(eq(repairs.siteId, siteId), inArray(repairs.name, ['folders', 'times']));
  const [repair] = await db.read.select().from(repairs).where(isMending).limit(1);
  if (!repair) return false;
  if (repair.name === 'folders') await repairFolder(parts, repair.position);
  else await repairTimes(parts, repair.position);
  return true;
}

/** Mends behind the pages from the start on, in the process that sweeps the site's folders, until nothing is left. */
export function startRepairs(
  parts: RepairParts & { isDuty: () => boolean; log: Log; onRepaired: () => void },
): Loop {
  let isDone = false;
  return startLoop({
    name: 'repair of rows',
    intervalMs: lookEveryMs,
    log: parts.log,
    run: async (signal) => {
      let steps = 0;
      while (!isDone && parts.isDuty() && !signal.aborted) {
        if (await repairRows(parts)) steps++;
        else isDone = true;
        await new Promise(setImmediate);
      }
      if (steps > 0) parts.onRepaired();
    },
  });
}

function isRepair({ db, siteId }: RepairParts, name: 'folders' | 'times') {
  const { repairs } = db.tables;
  return and(eq(repairs.siteId, siteId), eq(repairs.name, name));
}

async function setPosition(parts: RepairParts, q: Queryable, name: 'folders' | 'times', position: number) {
  await q.update(parts.db.tables.repairs).set({ position }).where(isRepair(parts, name));
}

async function end(parts: RepairParts, q: Queryable, name: 'folders' | 'times') {
  await q.delete(parts.db.tables.repairs).where(isRepair(parts, name));
}

/** Moves the images of the next folder to the station and model that its path tells now. */
async function repairFolder(parts: RepairParts, position: number): Promise<void> {
  const { db, siteId, folders, names } = parts;
  const { directories, roots } = db.tables;
  const [row] = await db.read
    .select({ id: directories.id })
    .from(directories)
    .innerJoin(roots, eq(roots.id, directories.rootId))
    .where(and(eq(roots.siteId, siteId), gt(directories.id, position)))
    .orderBy(asc(directories.id))
    .limit(1);
  if (!row) {
    await db.tx((q) => end(parts, q, 'folders'));
    await dropEmptyStations(parts);
    return;
  }
  const folder = folders.get(row.id);
  const before = { stationId: folder.stationId, partId: folder.partId };
  const now = await folders.ensureLane(folder, stationAndPartOf(folder.path));
  if (before.stationId !== now.stationId || before.partId !== now.partId) {
    // First, so that new images of the folder go there already.
    Object.assign(folder, now);
    await moveImages(db, folder);
  }
  await db.tx(async (q) => {
    await q
      .update(directories)
      .set({ stationId: now.stationId, partId: now.partId })
      .where(eq(directories.id, folder.id));
    await setPosition(parts, q, 'folders', folder.id);
  });
  await names.refresh();
}

async function moveImages(db: Db, folder: KnownFolder): Promise<void> {
  const { inspections, badImages } = db.tables;
  const { stationId, partId } = folder;
  for (let last: string | undefined; ; ) {
    const moved = await db.tx(async (q) => {
      const rows = await q
        .select()
        .from(inspections)
        .where(
          and(
            eq(inspections.directoryId, folder.id),
            or(ne(inspections.stationId, stationId), ne(inspections.partId, partId)),
            last === undefined ? undefined : gt(inspections.name, last),
          ),
        )
        .orderBy(asc(inspections.name))
        .limit(rowsPerStep);
      if (rows.length === 0) return rows;
      const ids = rows.map(({ id }) => id);
      // The station of a row is never set: the row is written again under its id.
      await q.delete(badImages).where(inArray(badImages.inspectionId, ids));
      await q.delete(inspections).where(inArray(inspections.id, ids));
      const taken = await q
        .select({ name: inspections.name })
        .from(inspections)
        .where(
          and(
            eq(inspections.directoryId, folder.id),
            inArray(
              inspections.name,
              rows.map(({ name }) => name),
            ),
          ),
        );
      // A file recorded meanwhile under its new station is there already.
      const isTaken = new Set(taken.map(({ name }) => name));
      const placed = rows
        .filter(({ name }) => !isTaken.has(name))
        .map((row) => ({ ...row, stationId, partId }));
      for (const row of placed) await q.insert(inspections).values(row);
      await applyToRollUps(db, q, [
        ...rows.map((before) => ({ before })),
        ...placed.map((after) => ({ after })),
      ]);
      return rows;
    });
    if (moved.length < rowsPerStep) return;
    last = moved.at(-1)?.name;
    await new Promise(setImmediate);
  }
}

/**
 * Removes stations of this site that have neither folders nor counts: what was read as one and is none. One that a person
 * has renamed, merged or set a target for stays: its names must still lead to it when its images come back.
 */
export async function dropEmptyStations({ db, siteId, names }: Omit<RepairParts, 'folders'>): Promise<void> {
  const { inspectionHours, inspectionMinutes, stationParts, sequenceGaps } = db.tables;
  for (const { id } of await findEmptyStations(db, db.read, siteId)) {
    await names.dropStation(id, async (q) => {
      // Once more, where nothing else is written meanwhile: an image may have come since.
      const [empty] = await findEmptyStations(db, q, siteId, id);
      if (!empty) return false;
      for (const table of [inspectionHours, inspectionMinutes, stationParts, sequenceGaps]) {
        await q.delete(table).where(eq(table.stationId, id));
      }
      await removeAlarms(db, q, id);
      return true;
    });
  }
}

/** The stations of a site, or the one of an id, that nothing was found at and that no person has touched. */
async function findEmptyStations(
  db: Db,
  q: Queryable,
  siteId: number,
  id?: number,
): Promise<{ id: number }[]> {
  const { stations, directories, inspections, inspectionHours, stationAliases, targets } = db.tables;
  const exists = (table: typeof directories | typeof inspections | typeof stationAliases | typeof targets) =>
    sql`exists (select 1 from ${table} where ${table.stationId} = ${stations.id})`;
  const hasCount = sql`exists (select 1 from ${inspectionHours} where ${inspectionHours.stationId} = ${stations.id}
    and ${inspectionHours.ok} + ${inspectionHours.ng} + ${inspectionHours.unmatched} + ${inspectionHours.undecided} <> 0)`;
  const mergedInto = q
    .select({ id: stations.mergedInto })
    .from(stations)
    .where(isNotNull(stations.mergedInto));
  const isEmpty = [directories, inspections, stationAliases, targets].map((table) => not(exists(table)));
  return q
    .select({ id: stations.id })
    .from(stations)
    .where(
      and(
        eq(stations.siteId, siteId),
        id === undefined ? undefined : eq(stations.id, id),
        ...isEmpty,
        not(hasCount),
        isNull(stations.mergedInto),
        notInArray(stations.id, mergedInto),
      ),
    );
}

/** Gives images whose names lie ahead of the clock the time when they were found. */
async function repairTimes(parts: RepairParts, position: number): Promise<void> {
  const { db, siteId } = parts;
  const { inspections } = db.tables;
  const to = position + rowsPerLook;
  const [newest] = await db.read
    .select({ id: sql<number>`max(${inspections.id})`.mapWith(Number) })
    .from(inspections);
  const rows = await db.read
    .select()
    .from(inspections)
    .where(
      and(
        gt(inspections.id, position),
        sql`${inspections.id} <= ${to}`,
        sql`${inspections.capturedAt} > ${inspections.foundAt} + ${believedAheadMs}`,
        createSiteCondition(db)(inspections.stationId, siteId),
      ),
    );
  await db.tx(async (q) => {
    for (const row of rows) {
      const isNamed = row.verdict !== null;
      const mended = { ...row, capturedAt: row.foundAt, namedAt: isNamed ? row.capturedAt : null };
      const { capturedAt, namedAt } = mended;
      await q.update(inspections).set({ capturedAt, namedAt }).where(eq(inspections.id, row.id));
      await applyToRollUps(db, q, [{ before: row, after: mended }]);
    }
    if (to >= (newest?.id ?? 0)) await end(parts, q, 'times');
    else await setPosition(parts, q, 'times', to);
  });
}
