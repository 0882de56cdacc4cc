import { and, asc, eq, gt, inArray, isNotNull, like, sql } from 'drizzle-orm';
import type { Queryable } from '../../kernel/db/database.ts';
import { type Loop, startLoop } from '../../kernel/jobs/loop.ts';
import type { Log } from '../../kernel/log.ts';
import { believedAheadMs } from '../../kernel/time/clock.ts';
import { hourMs } from '../../kernel/time/durations.ts';
import type { WallClock } from '../../kernel/time/time-zone.ts';
import type { PlantNames } from '../../plant/names.ts';
import type { Db } from '../../schema/db.ts';
import {
  compileNamePattern,
  type NamePattern,
  type NamingSettings,
  parseFileName,
  stationAndPartOf,
} from '../names/parse-file-name.ts';
import { type Folders, folderOfRepair, type KnownFolder, movedPrefix } from './folders.ts';
import type { Recorded } from './record-inspections.ts';
import { dropEmptyStations } from './repair-rows.ts';
import { applyToRollUps } from './roll-ups.ts';
import type { InspectionRow } from './settle-known.ts';

/** A duty may come later than the start, and a person asks at any time. */
const lookEveryMs = 2_000;
/** Rows read again in one transaction. */
const rowsPerStep = 500;
/** Moved folders that are looked at in one step. */
const maxMoved = 1_000;

export type RereadParts = {
  db: Db;
  siteId: number;
  folders: Folders;
  names: PlantNames;
  wallClock: WallClock;
  /**
   * The pattern in force in a watched folder; undefined while this process does not sweep it, or sweeps it under another
   * pattern than its row has.
   */
  namingOf: (root: RootRow) => NamingSettings | undefined;
  /** Some images are others now, in the counts of these stations and times. */
  onChanged: (recorded: Recorded) => void;
};

type RootRow = Db['tables']['roots']['$inferSelect'];

/**
 * Reads the names of all known images of a watched folder again, one folder below it, under the pattern in force. Each
 * step is a transaction that changes rows with their counts, and a row that is right already is left alone, so an
 * interruption loses nothing and repeats nothing. Returns whether anything is left.
 */
async function rereadNames(parts: RereadParts): Promise<boolean> {
  const { db, siteId, namingOf } = parts;
  if (await rereadMoved(parts)) return true;
  const { roots, directories } = db.tables;
  const asked = await db.read
    .select()
    .from(roots)
    .where(and(eq(roots.siteId, siteId), isNotNull(roots.rereadFrom)));
  for (const root of asked) {
    const { id, rereadFrom } = root;
    const naming = namingOf(root);
    const compiled = naming && compileNamePattern(naming);
    if (!compiled?.ok) continue;
    const [next] = await db.read
      .select({ id: directories.id })
      .from(directories)
      .where(and(eq(directories.rootId, id), gt(directories.id, rereadFrom ?? 0)))
      .orderBy(asc(directories.id))
      .limit(1);
    if (next) await rereadFolder(parts, next.id, compiled.pattern);
    // Before the end is noted: a process that dies in between comes here again.
    else await dropEmptyStations(parts);
    await db.tx(async (q) => {
      const [now] = await q.select().from(roots).where(eq(roots.id, id));
      // A person may have asked again meanwhile, under another pattern, too: then it begins anew.
      if (!now || !isSameRequest(now, root)) return;
      await q
        .update(roots)
        .set({ rereadFrom: next?.id ?? null })
        .where(eq(roots.id, id));
    });
    return true;
  }
  return false;
}

/** Reads the next folder again that moved to another station or model; false when there is none that is swept here. */
async function rereadMoved(parts: RereadParts): Promise<boolean> {
  const { db, siteId, folders, namingOf } = parts;
  const { roots, repairs } = db.tables;
  const rows = await db.read
    .select()
    .from(repairs)
    .where(and(eq(repairs.siteId, siteId), like(repairs.name, `${movedPrefix}%`)))
    .limit(maxMoved);
  if (rows.length === 0) return false;
  const swept = await db.read.select().from(roots).where(eq(roots.siteId, siteId));
  await folders.refresh();
  const known = new Map(folders.list().map((folder) => [folder.id, folder]));
  for (const { name, position } of rows) {
    const folder = known.get(folderOfRepair(name) ?? 0);
    const root = folder && swept.find(({ id }) => id === folder.rootId);
    const naming = root && namingOf(root);
    const compiled = naming && compileNamePattern(naming);
    // A folder that is not known was removed with its root.
    if (folder !== undefined && !compiled?.ok) continue;
    if (folder !== undefined && compiled?.ok) await rereadFolder(parts, folder.id, compiled.pattern);
    // It may have moved again meanwhile.
    const isSame = and(eq(repairs.siteId, siteId), eq(repairs.name, name), eq(repairs.position, position));
    await db.tx((q) => q.delete(repairs).where(isSame));
    return true;
  }
  return false;
}

function isSameRequest(a: RootRow, b: RootRow): boolean {
  const keys = ['rereadFrom', 'fileNameRegex', 'pathRegex', 'verdictWords'] as const;
  return keys.every((key) => a[key] === b[key]);
}

/** Reads again behind the pages, in the process that sweeps the folder; `onEnd` once nothing is left to read. */
export function startRereads(parts: RereadParts & { log: Log; onEnd: () => void }): Loop {
  return startLoop({
    name: 'names read again',
    intervalMs: lookEveryMs,
    log: parts.log,
    run: async (signal) => {
      let steps = 0;
      while (!signal.aborted && (await rereadNames(parts))) {
        steps++;
        await new Promise(setImmediate);
      }
      if (steps > 0) parts.onEnd();
    },
  });
}

async function rereadFolder(parts: RereadParts, folderId: number, pattern: NamePattern): Promise<void> {
  const { db, folders } = parts;
  const { inspections } = db.tables;
  await folders.refresh();
  const folder = folders.get(folderId);
  await giveLane(parts, folder, pattern);
  for (let last: string | undefined; ; ) {
    const rows = await db.read
      .select()
      .from(inspections)
      .where(
        and(
          eq(inspections.directoryId, folderId),
          last === undefined ? undefined : gt(inspections.name, last),
        ),
      )
      .orderBy(asc(inspections.name), asc(inspections.id))
      .limit(rowsPerStep);
    const changes: Reading[] = [];
    for (const row of rows) {
      const reading = await readAgain(parts, folder, row, pattern);
      if (isOther(row, reading.rowOf(row))) changes.push(reading);
    }
    const changed = changes.length === 0 ? [] : await db.tx((q) => saveReread(db, q, folder, changes));
    if (changed.length > 0) parts.onChanged(recordedOf(changed));
    if (rows.length < rowsPerStep) break;
    last = rows.at(-1)?.name;
    await new Promise(setImmediate);
  }
}

/** The folder itself belongs to the station and model of its first image, as a new one does, else to those of its path. */
async function giveLane({ db, folders, wallClock }: RereadParts, folder: KnownFolder, pattern: NamePattern) {
  const { inspections, directories } = db.tables;
  const [first] = await db.read
    .select({ name: inspections.name })
    .from(inspections)
    .where(eq(inspections.directoryId, folder.id))
    .orderBy(asc(inspections.name))
    .limit(1);
  const facts = first && parseFileName(first.name, pattern, wallClock, folder.path);
  const ofPath = stationAndPartOf(folder.path);
  const lane = await folders.ensureLane(folder, {
    station: facts?.station ?? ofPath.station,
    part: facts?.part ?? ofPath.part,
  });
  if (lane.stationId === folder.stationId && lane.partId === folder.partId) return;
  const { stationId, partId } = lane;
  await db.tx((q) => q.update(directories).set({ stationId, partId }).where(eq(directories.id, folder.id)));
  // Also in memory, so that new images go there already.
  Object.assign(folder, { stationId, partId });
}

/** What the name of a row says now; `rowOf` is that row by it, from the row as it is at that moment. */
type Reading = { id: number; name: string; rowOf: (row: InspectionRow) => InspectionRow };

async function readAgain(
  { folders, wallClock }: RereadParts,
  folder: KnownFolder,
  { id, name }: InspectionRow,
  pattern: NamePattern,
): Promise<Reading> {
  const facts = parseFileName(name, pattern, wallClock, folder.path);
  const { stationId, partId } = await folders.ensureLane(folder, {
    station: facts?.station ?? null,
    part: facts?.part ?? null,
  });
  const rowOf = (row: InspectionRow): InspectionRow => ({
    ...row,
    ...timesOf(row, facts?.capturedAt ?? null, wallClock),
    stationId,
    partId,
    verdict: facts?.verdict ?? judgedByPerson(row, facts?.word),
    word: facts?.word ?? null,
    sequence: facts?.sequence ?? null,
    view: facts?.view ?? null,
    unit: facts?.unit ?? null,
  });
  return { id, name, rowOf };
}

function isOther(row: InspectionRow, now: InspectionRow): boolean {
  return (Object.keys(now) as (keyof InspectionRow)[]).some((key) => now[key] !== row[key]);
}

/** An undecided image that a person has judged keeps that verdict while its word is the same. */
function judgedByPerson(row: InspectionRow, word: string | undefined): InspectionRow['verdict'] {
  return word !== undefined && word === row.word ? row.verdict : null;
}

/** The time of the name, else that of the file's change; one further ahead than clocks differ is not believed. */
function timesOf(row: InspectionRow, named: number | null, wallClock: WallClock) {
  if (named === null) {
    const changedAt = row.modifiedAt ?? row.capturedAt;
    return { capturedAt: Math.min(changedAt, Math.max(row.foundAt, row.capturedAt)), namedAt: null };
  }
  // Of an hour that occurs twice, the run it was recorded in is known.
  const isSecondRun = wallClock.secondRunAt(named) === row.capturedAt;
  if (isSecondRun) return { capturedAt: row.capturedAt, namedAt: null };
  if (named > row.foundAt + believedAheadMs) return { capturedAt: row.foundAt, namedAt: named };
  return { capturedAt: named, namedAt: null };
}

function recordedOf(rows: readonly InspectionRow[]): Recorded {
  const times = rows.map(({ capturedAt }) => capturedAt);
  return {
    added: 0,
    rejudged: 0,
    reread: rows.length,
    missing: 0,
    stationIds: [...new Set(rows.map(({ stationId }) => stationId))],
    oldestAt: Math.min(...times),
    newestAt: Math.max(...times),
  };
}

/** Rows are written again under their ids: the station of a row is never set. Returns them as they were and as they are. */
async function saveReread(
  db: Db,
  q: Queryable,
  folder: KnownFolder,
  changes: readonly Reading[],
): Promise<InspectionRow[]> {
  const { inspections, badImages, inspectionHours } = db.tables;
  const readings = new Map(changes.map((reading) => [reading.id, reading]));
  // As they are now: a person may have judged one since, or another process deleted it.
  const rows = await rowsOfNames(
    db,
    q,
    folder,
    changes.map(({ name }) => name),
  );
  const removed: InspectionRow[] = [];
  const after: InspectionRow[] = [];
  for (const [first, ...again] of Map.groupBy(rows, ({ name }) => name).values()) {
    if (!first) continue;
    const now = readings.get(first.id)?.rowOf(first);
    const isChanged = now !== undefined && isOther(first, now);
    if (isChanged) after.push(now);
    removed.push(...(isChanged ? [first, ...again] : again));
  }
  if (removed.length === 0) return [];
  const ids = removed.map(({ id }) => id);
  await q.delete(badImages).where(inArray(badImages.inspectionId, ids));
  await q.delete(inspections).where(inArray(inspections.id, ids));
  for (const row of after) await q.insert(inspections).values(row);
  await applyToRollUps(db, q, [
    ...removed.map((row) => ({ before: row })),
    ...after.map((row) => ({ after: row })),
  ]);
  // The COUNTs of these hours are others now, also where their number is the same.
  const changed = [...removed, ...after];
  const { stationIds, oldestAt, newestAt } = recordedOf(changed);
  await q
    .update(inspectionHours)
    .set({ checkedCount: 0 })
    .where(
      and(
        inArray(inspectionHours.stationId, stationIds),
        sql`${inspectionHours.startAt} between ${oldestAt - hourMs} and ${newestAt}`,
      ),
    );
  return changed;
}

/**
 * The rows of files, the one that was first before any other. PostgreSQL has a second one of an image that was found again
 * under its new station before its name was read again: there a row is unique by its station, too.
 */
async function rowsOfNames(
  { tables: { inspections } }: Db,
  q: Queryable,
  folder: KnownFolder,
  names: string[],
): Promise<InspectionRow[]> {
  return q
    .select()
    .from(inspections)
    .where(and(eq(inspections.directoryId, folder.id), inArray(inspections.name, names)))
    .orderBy(asc(inspections.id));
}
