import { and, asc, gt, inArray, isNull } from 'drizzle-orm';
import type { Queryable } from '../../kernel/db/database.ts';
import { isAway } from '../../kernel/images/locate-image.ts';
import type { Cut, Hindrance, RetentionPolicy } from '../../kernel/retention-policy.ts';
import { type Deletion, deleteFiles } from '../../kernel/storage/delete-files.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import { dayMs, hourMs } from '../../kernel/time/durations.ts';
import type { Db } from '../../schema/db.ts';
import type { Folders, KnownFolder } from '../recording/folders.ts';
import { createReadHorizons, setHorizon } from '../recording/horizons.ts';
import { createSiteHours, type HourLane, inHour } from './count-hours.ts';
import { createMeanSize } from './mean-size.ts';

const filesPerStep = 50;
/** Where nothing could be deleted it is tried again after this long. */
const readonlyPauseMs = 3_600_000;
/** Whatever is full, the images of the last day stay, by their names as by the disk. */
const keptMs = dayMs;

type Row = {
  id: number;
  directoryId: number;
  name: string;
  sizeBytes: number | null;
  modifiedAt: number | null;
};

export type SourcePolicy = {
  policy: RetentionPolicy;
  /**
   * Rows from here on still lead to files that are to be deleted, now or (`isPlan`) after a run; plus infinity where no
   * limit asks for that.
   */
  neededFrom(isPlan: boolean): Promise<number>;
};

/**
 * The images in a site's watched folders, deleted hour by hour from the oldest, and only where that is allowed. A row is
 * first marked as cleared, then its file deleted, then the row marked as without a file, so that a process that dies in
 * between neither forgets what it was about to do nor takes its own deletion for a loss.
 */
export function createSourcePolicy(options: {
  db: Db;
  siteId: number;
  folders: Pick<Folders, 'get' | 'ensureKnown'>;
  clock: Clock;
  isAllowed: boolean;
  days: number;
  bytes: number;
  rootPaths: () => { id: number; path: string }[];
  hindrance: () => Hindrance | null;
  onCleared: (folder: { rootId: number; path: string }, names: readonly string[]) => void;
}): SourcePolicy {
  const { db, siteId, folders, clock, days, bytes } = options;
  const { inspections } = db.tables;
  const readHorizons = createReadHorizons(db, siteId);
  const hours = createSiteHours(db, siteId);
  const rootPath = (rootId: number) => options.rootPaths().find(({ id }) => id === rootId)?.path;
  const meanSize = createMeanSize({ db, folders, rootPath });
  /** Where the step before left off; a new run begins at the horizon. */
  let place: { hourAt: number; since: number; lanes: HourLane[]; afterId: number } | undefined;
  /** The root went away, or nothing can be deleted there. */
  let isBarred = false;
  /** The horizon, where it stays for this run: files after it were left because they are recent. */
  let heldAt: number | undefined;
  let readonlyUntil = Number.NEGATIVE_INFINITY;

  const limitOf = (cut: Cut) =>
    Math.floor(
      Math.min('before' in cut ? cut.before : Number.POSITIVE_INFINITY, clock.now() - keptMs) / hourMs,
    ) * hourMs;

  const isRecent = (modifiedAt: number) => Math.abs(clock.now() - modifiedAt) < keptMs;

  /** Goes on to the next hour, or the next station and part in it; undefined when nothing is left before the limit. */
  async function advance(limitAt: number): Promise<HourLane | undefined> {
    for (;;) {
      const lane = place?.lanes[0];
      if (lane) return lane.startAt < limitAt ? lane : undefined;
      const since = await db.tx((q) => passHour(q, place));
      const hourAt = await hours.find(db.read, since);
      if (hourAt === undefined || hourAt >= limitAt) return undefined;
      place = { hourAt, since, lanes: await hours.listLanes(db.read, hourAt), afterId: 0 };
    }
  }

  /** Where to look next: behind the hour that is over, unless files that came late have set the horizon back. */
  async function passHour(q: Queryable, over: typeof place): Promise<number> {
    const { files } = await readHorizons(q);
    if (!over || files < (heldAt ?? over.since)) return files;
    if (heldAt === undefined) await setHorizon(db, q, { siteId, name: 'files', at: over.hourAt + hourMs });
    return over.hourAt + hourMs;
  }

  async function readSome(lane: HourLane, afterId: number): Promise<Row[]> {
    const { id, directoryId, name, sizeBytes, modifiedAt } = inspections;
    return db.read
      .select({ id, directoryId, name, sizeBytes, modifiedAt })
      .from(inspections)
      .where(and(inHour(db.tables, lane), isNull(inspections.missingAt), gt(id, afterId)))
      .orderBy(asc(id))
      .limit(filesPerStep);
  }

  async function deleteRows(folder: KnownFolder, rows: readonly Row[]): Promise<Deletion[]> {
    const root = rootPath(folder.rootId);
    if (root === undefined) return [];
    const ids = rows.map(({ id }) => id);
    const mark = (some: readonly number[], values: { clearedAt?: number | null; missingAt?: number }) =>
      some.length > 0
        ? db.tx(
            async (q) =>
              void (await q
                .update(inspections)
                .set(values)
                .where(inArray(inspections.id, [...some]))),
          )
        : Promise.resolve();
    await mark(ids, { clearedAt: clock.now() });
    const deletion = await deleteFiles(root, folder.path, rows, isRecent);
    if (!deletion.ok) {
      const isReadonly = deletion.reason === 'readonly';
      if (isReadonly) readonlyUntil = clock.now() + readonlyPauseMs;
      isBarred = isReadonly || (await isAway(root));
      await mark(ids, { clearedAt: null });
      return [];
    }
    const gone = new Set(
      deletion.files
        .filter(({ outcome }) => outcome === 'deleted' || outcome === 'gone')
        .map(({ name }) => name),
    );
    await mark(
      rows.filter(({ name }) => gone.has(name)).map(({ id }) => id),
      { missingAt: clock.now() },
    );
    await mark(
      rows.filter(({ name }) => !gone.has(name)).map(({ id }) => id),
      { clearedAt: null },
    );
    options.onCleared({ rootId: folder.rootId, path: folder.path }, [...gone]);
    return deletion.files;
  }

  async function removeSome(cut: Cut) {
    const sum = { count: 0, bytes: 0, failed: 0 };
    isBarred = false;
    if (options.hindrance() !== null) return { ...sum, isDone: true };
    const lane = await advance(limitOf(cut));
    if (!lane || !place) {
      place = undefined;
      heldAt = undefined;
      return { ...sum, isDone: true };
    }
    const rows = await readSome(lane, place.afterId);
    for (const [directoryId, some] of Map.groupBy(rows, (row) => row.directoryId)) {
      for (const { outcome, bytes: size } of await deleteRows(folders.get(directoryId), some)) {
        sum.bytes += size;
        if (outcome === 'deleted') sum.count += 1;
        else if (outcome === 'recent') heldAt ??= place.since;
        else if (outcome !== 'gone') sum.failed += 1;
      }
      if (isBarred) {
        place = undefined;
        heldAt = undefined;
        return { ...sum, isDone: true };
      }
    }
    place.afterId = rows.at(-1)?.id ?? 0;
    if (rows.length < filesPerStep) place = { ...place, lanes: place.lanes.slice(1), afterId: 0 };
    return { ...sum, isDone: 'freeBytes' in cut && sum.bytes >= cut.freeBytes };
  }

  const policy: RetentionPolicy = {
    key: 'sources',
    limits: options.isAllowed ? { days, bytes } : { days: 0, bytes: 0 },
    isEstimate: true,
    folders: () => options.rootPaths().map(({ path }) => path),
    hindrance: () =>
      options.isAllowed ? (options.hindrance() ?? (clock.now() < readonlyUntil ? 'readonly' : null)) : 'off',
    async read() {
      const { files: since } = await readHorizons(db.read);
      const count = await hours.count(since, (await hours.findEnd()) ?? since);
      const size = await meanSize();
      const oldestAt = (await hours.find(db.read, since)) ?? null;
      return { count, bytes: size === undefined ? null : Math.round(count * size), oldestAt };
    },
    async preview(cut) {
      const { files: since } = await readHorizons(db.read);
      const atMost = await hours.count(since, limitOf(cut));
      const size = await meanSize();
      const wanted = 'freeBytes' in cut && size ? Math.ceil(cut.freeBytes / size) : atMost;
      const count = Math.min(wanted, atMost);
      return { count, bytes: size === undefined ? null : Math.round(count * size) };
    },
    remove: removeSome,
  };
  return {
    policy,
    neededFrom: async (isPlan) => {
      const isLimited = options.isAllowed && (days > 0 || bytes > 0);
      if (!isLimited) return Number.POSITIVE_INFINITY;
      const { files } = await readHorizons(db.read);
      return isPlan && days > 0 ? Math.max(files, clock.now() - days * dayMs) : files;
    },
  };
}
