import { and, eq, gte, or } from 'drizzle-orm';
import { type Placeholders, prepared } from '../../kernel/db/prepared.ts';
import { insertMissing } from '../../kernel/db/write.ts';
import type { FolderRef } from '../../kernel/folder-scan/model/folder-ref.ts';
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

/** The folders that hold images, cached in memory: a few thousand, where there are millions of files. */
export type Folders = {
  /** The folder's row; created when it is new, with the station and part of its path or of its first file's name. */
  ensure(ref: FolderRef, first?: NamedLane): Promise<KnownFolder>;
  /** Ids of the station and part of a file in a folder; those that are new are created. */
  ensureLane(folder: KnownFolder, named: NamedLane): Promise<{ stationId: number; partId: number }>;
  /**
   * A folder was renamed. Its row, and with it every image, belongs to the new path; its station takes the new name when
   * the folder of the station was renamed. Where the model is that of the path, or the new path has a row already, images go
   * over one by one instead: `predecessorOf` the new folder. False when it now belongs to another station.
   */
  move(ref: FolderRef, path: string, disk: { isGone(path: string): Promise<boolean> }): Promise<boolean>;
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
  const { directories, stationParts } = db.tables;
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
  const roots = new Map<number, Set<number>>();
  const predecessors = new Map<string, KnownFolder>();
  const rememberPart = (stationId: number, partId: number) =>
    parts.set(stationId, (parts.get(stationId) ?? new Set()).add(partId));
  const setPath = (folder: KnownFolder, path: string) => {
    byPath.delete(keyOf(folder.rootId, folder.path));
    folder.path = path;
    byPath.set(keyOf(folder.rootId, path), folder);
  };
  const remember = (row: KnownFolder) => {
    roots.set(row.stationId, (roots.get(row.stationId) ?? new Set()).add(row.rootId));
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
    for (const { movedAt, ...row } of rows) {
      newestId = Math.max(newestId, row.id);
      newestMoveAt = Math.max(newestMoveAt, movedAt ?? 0);
      const known = byId.get(row.id);
      if (!known) remember(row);
      else if (known.path !== row.path) setPath(known, row.path);
    }
  };
  await refresh();

  async function ensureIds(station: string, part: string): Promise<{ stationId: number; partId: number }> {
    const stationId = await names.ensureStation(station);
    const partId = await names.ensurePart(part);
    if (!parts.get(stationId)?.has(partId)) {
      await db.tx((q) => insertMissing(db.dialect, q, stationParts, [{ stationId, partId }]));
      rememberPart(stationId, partId);
      onAdded();
    }
    return { stationId, partId };
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
    async move(ref, path, disk) {
      const folder = byPath.get(keyOf(ref.rootId, ref.path));
      if (!folder) return false;
      const [from, to] = [stationAndPartOf(ref.path), stationAndPartOf(path)];
      const isOfPath = names.findSource(from.station) === folder.stationId;
      if (isOfPath && from.station !== to.station && names.findSource(to.station) !== folder.stationId) {
        const isStationRenamed = await disk.isGone(firstSegment(ref.path));
        const moved = { from: from.station, to: to.station };
        if (!isStationRenamed || !(await names.moveSource(folder.stationId, moved))) return false;
      }
      const key = keyOf(ref.rootId, path);
      const isPartOfPath = from.part !== to.part && names.findPartId(from.part) === folder.partId;
      if (isPartOfPath || byPath.has(key)) {
        predecessors.set(key, folder);
        return true;
      }
      await db.tx((q) =>
        q.update(directories).set({ path, movedAt: clock.now() }).where(eq(directories.id, folder.id)),
      );
      setPath(folder, path);
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
      for (const ids of roots.values()) ids.delete(rootId);
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
    rootsOf: (stationId) => [...(roots.get(stationId) ?? [])],
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
export function startFolderRefresh(folders: Folders, log: Log): Loop {
  const run = () => folders.refresh();
  return startLoop({ name: 'refresh of stations and folders', intervalMs: refreshEveryMs, run, log });
}
