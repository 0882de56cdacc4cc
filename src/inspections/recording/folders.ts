import { and, eq, gte, or } from 'drizzle-orm';
import type { Queryable } from '../../kernel/db/database.ts';
import { type Placeholders, prepared } from '../../kernel/db/prepared.ts';
import { insertMissing, upsert } from '../../kernel/db/write.ts';
import type { FolderRef } from '../../kernel/folder-scan/model/folder-ref.ts';
import type { MovedFolder } from '../../kernel/folder-scan/model/moved-folder.ts';
import { type Loop, startLoop } from '../../kernel/jobs/loop.ts';
import type { Log } from '../../kernel/log.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import type { PlantNames } from '../../plant/names.ts';
import type { Db } from '../../schema/db.ts';
import { stationAndPartOf } from '../names/parse-file-name.ts';

/** A folder that holds images. `recoverBefore`: an older image found now had been left out by an earlier version. */
export type KnownFolder = {
  id: number;
  rootId: number;
  path: string;
  stationId: number;
  partId: number;
  recoverBefore: number | null;
};

/** Station and part as a file's name tells them; null where they are those of its folder. */
type NamedLane = { station: string | null; part: string | null };

/** What changes when a folder moves. */
type Placed = Pick<KnownFolder, 'path' | 'stationId' | 'partId'>;

export const movedPrefix = 'moved:';

/** The name of the repair that reads the images of a moved folder again; `folderOfRepair` reads it. */
function movedRepair(folderId: number): string {
  return `${movedPrefix}${folderId}`;
}

/** The folder whose images are to be read again because it moved; undefined for any other repair. */
export function folderOfRepair(name: string): number | undefined {
  return name.startsWith(movedPrefix) ? Number(name.slice(movedPrefix.length)) : undefined;
}

/** The folders that hold images, cached in memory: a few thousand, where there are millions of files. */
export type Folders = {
  /** The folder's row; created when it is new, with the station and part of its path or of its first file's name. */
  ensure(ref: FolderRef, first?: NamedLane): Promise<KnownFolder>;
  /** Ids of the station and part of a file in a folder; those that are new are created. */
  ensureLane(folder: KnownFolder, named: NamedLane): Promise<{ stationId: number; partId: number }>;
  /**
   * Folders of a root were renamed, all at once where they changed places. The row of each, and with it every image, belongs
   * to the new path; its station takes the new name when the folder of the station was renamed. Where the path says another
   * station or model, the names of its images are read again (a repair that `folderOfRepair` knows). Where the new path has the row of a folder that
   * did not move, images go over one by one: `predecessorOf` that folder. False when one of them is not known.
   */
  move(moves: readonly MovedFolder[], disk: { isGone(ref: FolderRef): Promise<boolean> }): Promise<boolean>;
  /** The folder that this one was before it was renamed, while its images go over. */
  predecessorOf(folder: KnownFolder): KnownFolder | undefined;
  get(id: number): KnownFolder;
  /** A root is gone from the database with its folders, and with it maybe stations and models. */
  forgetRoot(rootId: number): Promise<void>;
  /** Reads the folders, stations and parts that other processes have added. */
  refresh(): Promise<void>;
  /** Refreshes when one of these rows refers to a folder, station or part that is not cached. */
  ensureKnown(rows: readonly { directoryId?: number; stationId: number; partId?: number }[]): Promise<void>;
  find(rootId: number, path: string): KnownFolder | undefined;
  list(): KnownFolder[];
  /** Ids of the parts that were ever inspected at a station. */
  partsOf(stationId: number): number[];
  /** Ids of the watched folders that a station's images were found in. */
  rootsOf(stationId: number): number[];
};

/** Database servers assign ids before they commit, so a row may appear below the newest known id. */
const lateIds = 1_000;
/** A process may commit a rename this much later than it noted its time. */
const lateMoveMs = 60_000;

/** Reads all folders once; `onAdded` runs when one is created here, so that other processes refresh. */
export async function createFolders(
  db: Db,
  names: PlantNames,
  clock: Clock,
  onAdded: () => void = () => {},
): Promise<Folders> {
  const { roots, directories, stationParts, repairs } = db.tables;
  const byId = new Map<number, KnownFolder>();
  const byPath = new Map<string, KnownFolder>();
  const keyOf = (rootId: number, path: string) => `${rootId}:${path}`;
  const columns = {
    id: directories.id,
    rootId: directories.rootId,
    path: directories.path,
    stationId: directories.stationId,
    partId: directories.partId,
    recoverBefore: directories.recoverBefore,
    movedAt: directories.movedAt,
  };
  const parts = new Map<number, Set<number>>();
  const rootIds = new Map<number, Set<number>>();
  const predecessors = new Map<string, KnownFolder>();
  const rememberPart = (stationId: number, partId: number) =>
    parts.set(stationId, (parts.get(stationId) ?? new Set()).add(partId));
  /** All at once, because two may have changed places. */
  const place = (placed: readonly { folder: KnownFolder; now: Placed }[]) => {
    for (const { folder } of placed) byPath.delete(keyOf(folder.rootId, folder.path));
    for (const { folder, now } of placed) {
      Object.assign(folder, now);
      remember(folder);
    }
  };
  const remember = (row: KnownFolder) => {
    rootIds.set(row.stationId, (rootIds.get(row.stationId) ?? new Set()).add(row.rootId));
    byId.set(row.id, row);
    byPath.set(keyOf(row.rootId, row.path), row);
    return row;
  };
  const selectFrom = prepared((value: Placeholders<{ id: number; movedAt: number }>) =>
    db.read
      .select(columns)
      .from(directories)
      .where(or(gte(directories.id, value.id), gte(directories.movedAt, value.movedAt))),
  );
  const selectParts = prepared(() => db.read.select().from(stationParts));
  let newestId = 0;
  let newestMoveAt = 0;
  const refresh = async () => {
    await names.refresh();
    for (const { stationId, partId } of await selectParts({})) rememberPart(stationId, partId);
    const rows = await selectFrom({ id: newestId - lateIds, movedAt: newestMoveAt - lateMoveMs });
    const moved: { folder: KnownFolder; now: Placed }[] = [];
    for (const { movedAt, ...row } of rows) {
      newestId = Math.max(newestId, row.id);
      newestMoveAt = Math.max(newestMoveAt, movedAt ?? 0);
      const known = byId.get(row.id);
      const { path, stationId, partId } = row;
      if (!known) remember(row);
      else if (known.path !== path) moved.push({ folder: known, now: { path, stationId, partId } });
    }
    place(moved);
  };
  await refresh();

  async function ensureIds(station: string, part: string): Promise<{ stationId: number; partId: number }> {
    return ensurePair(await names.ensureStation(station), await names.ensurePart(part));
  }

  async function ensurePair(stationId: number, partId: number) {
    if (!parts.get(stationId)?.has(partId)) {
      await db.tx((q) => insertMissing(db.dialect, q, stationParts, [{ stationId, partId }]));
      rememberPart(stationId, partId);
      onAdded();
    }
    return { stationId, partId };
  }

  /** Station and model of a folder at its new path, and whether its images are others by that. */
  async function laneAt(
    folder: KnownFolder,
    path: string,
    { isGone }: { isGone(ref: FolderRef): Promise<boolean> },
  ) {
    const [from, to] = [stationAndPartOf(folder.path), stationAndPartOf(path)];
    const isStationOfPath = names.findSource(from.station) === folder.stationId;
    const isPartOfPath = names.findPartId(from.part) === folder.partId;
    const stationRef = { rootId: folder.rootId, path: firstSegment(folder.path) };
    const isStationKept =
      from.station === to.station ||
      names.findSource(to.station) === folder.stationId ||
      (isStationOfPath &&
        (await isGone(stationRef)) &&
        (await names.moveSource(folder.stationId, { from: from.station, to: to.station })));
    const stationId =
      isStationKept || !isStationOfPath ? folder.stationId : await names.ensureStation(to.station);
    const isPartKept = from.part === to.part;
    const partId = isPartKept || !isPartOfPath ? folder.partId : await names.ensurePart(to.part);
    return { ...(await ensurePair(stationId, partId)), isOther: !isStationKept || !isPartKept };
  }

  /** Has the names of their images read again, however this process ends. */
  async function noteMoved(q: Queryable, moved: readonly KnownFolder[], at: number): Promise<void> {
    const [first] = moved;
    if (!first) return;
    const [root] = await q.select().from(roots).where(eq(roots.id, first.rootId));
    if (!root) throw new Error(`No root ${first.rootId}`);
    const rows = moved.map(({ id }) => ({ siteId: root.siteId, name: movedRepair(id), position: at }));
    await upsert(db.dialect, q, repairs, rows, {
      target: [repairs.siteId, repairs.name],
      set: { position: at },
    });
  }

  return {
    async ensure(ref, first) {
      const known = byPath.get(keyOf(ref.rootId, ref.path));
      if (known) return known;
      const ofPath = stationAndPartOf(ref.path);
      const { stationId, partId } = await ensureIds(
        first?.station ?? ofPath.station,
        first?.part ?? ofPath.part,
      );
      const [row] = await db.tx(async (q) => {
        await insertMissing(db.dialect, q, directories, [
          { rootId: ref.rootId, path: ref.path, stationId, partId },
        ]);
        const same = and(eq(directories.rootId, ref.rootId), eq(directories.path, ref.path));
        return q.select(columns).from(directories).where(same);
      });
      if (!row) throw new Error(`No row for the folder ${JSON.stringify(ref.path)} just written`);
      onAdded();
      const { movedAt: _moved, ...folder } = row;
      return remember(folder);
    },
    async move(moves, disk) {
      const known = moves.flatMap(({ folder: { rootId, path: from }, path, isParked }) => {
        const folder = byPath.get(keyOf(rootId, from));
        return folder ? [{ folder, path, isParked }] : [];
      });
      if (known.length < moves.length) return false;
      const isTaken = known.some(({ folder, path }) => {
        const there = byPath.get(keyOf(folder.rootId, path));
        return there !== undefined && !known.some((one) => one.folder === there);
      });
      if (isTaken || moves.some(({ isByFile }) => isByFile)) {
        for (const { folder, path, isParked } of known)
          if (!isParked) predecessors.set(keyOf(folder.rootId, path), folder);
        return true;
      }
      const placed: { folder: KnownFolder; now: Placed; isOther: boolean }[] = [];
      for (const { folder, path, isParked } of known) {
        const { stationId, partId, isOther } = isParked
          ? { ...folder, isOther: false }
          : await laneAt(folder, path, disk);
        placed.push({ folder, now: { path, stationId, partId }, isOther });
      }
      await db.tx(async (q) => {
        const movedAt = clock.now();
        // Paths are unique: of two that changed places, both leave theirs first.
        for (const { folder } of placed)
          await q
            .update(directories)
            .set({ path: `//${folder.id}` })
            .where(eq(directories.id, folder.id));
        for (const { folder, now } of placed)
          await q
            .update(directories)
            .set({ ...now, movedAt })
            .where(eq(directories.id, folder.id));
        const others = placed.filter(({ isOther }) => isOther).map(({ folder }) => folder);
        await noteMoved(q, others, movedAt);
      });
      place(placed);
      onAdded();
      return true;
    },
    predecessorOf: ({ rootId, path }) => predecessors.get(keyOf(rootId, path)),
    async ensureLane(folder, { station, part }) {
      if (station === null && part === null) return folder;
      const ofPath = stationAndPartOf(folder.path);
      return ensureIds(station ?? ofPath.station, part ?? ofPath.part);
    },
    get(id) {
      const folder = byId.get(id);
      if (!folder) throw new Error(`No folder ${id}`);
      return folder;
    },
    async forgetRoot(rootId) {
      for (const folder of [...byId.values()].filter((one) => one.rootId === rootId)) {
        byId.delete(folder.id);
        byPath.delete(keyOf(rootId, folder.path));
      }
      for (const ids of rootIds.values()) ids.delete(rootId);
      parts.clear();
      await refresh();
    },
    refresh,
    ensureKnown: async (rows) => {
      const isNew = rows.some(({ directoryId, stationId, partId }) => {
        if (directoryId !== undefined && !byId.has(directoryId)) return true;
        const known = parts.get(stationId);
        return known === undefined || (partId !== undefined && !known.has(partId));
      });
      if (isNew) await refresh();
    },
    find: (rootId, path) => byPath.get(keyOf(rootId, path)),
    list: () => [...byId.values()],
    partsOf: (stationId) => [...(parts.get(stationId) ?? [])],
    rootsOf: (stationId) => [...(rootIds.get(stationId) ?? [])],
  };
}

function firstSegment(path: string): string {
  return path.split('/', 1)[0] ?? '';
}

/** The id of the root at `path`; created when it is new. */
export async function ensureRoot(db: Db, clock: Clock, siteId: number, path: string): Promise<number> {
  const { roots } = db.tables;
  const [row] = await db.tx(async (q) => {
    await insertMissing(db.dialect, q, roots, [{ siteId, path, createdAt: clock.now() }]);
    return q
      .select({ id: roots.id })
      .from(roots)
      .where(and(eq(roots.siteId, siteId), eq(roots.path, path)));
  });
  if (!row) throw new Error(`No row for the root ${JSON.stringify(path)} just written`);
  return row.id;
}

const refreshEveryMs = 5_000;

/** Refreshes sites, stations, parts and folders every few seconds: other processes on this database add some. */
export function startFolderRefresh(
  folders: Pick<Folders, 'refresh'>,
  shifts: { refresh(): Promise<void> },
  log: Log,
): Loop {
  const run = async () => {
    await folders.refresh();
    await shifts.refresh();
  };
  return startLoop({ name: 'refresh of stations, folders and shifts', intervalMs: refreshEveryMs, run, log });
}
