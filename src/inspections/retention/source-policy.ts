import { and, asc, gt, isNull } from 'drizzle-orm';
import type { Cut, Hindrance, Removed, RetentionPolicy } from '../../kernel/retention-policy.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import { dayMs, hourMs } from '../../kernel/time/durations.ts';
import { createReadHorizons } from '../../plant/removal/horizons.ts';
import type { Db } from '../../schema/db.ts';
import type { Folders } from '../recording/folders.ts';
import { type ClearableRow, createClearFiles } from './clear-files.ts';
import { createHourWalk } from './hour-walk.ts';
import { createMeanSize } from './mean-size.ts';
import { createSiteHours, type HourLane, inHour } from './site-hours.ts';

const filesPerStep = 50;
/** Time between two attempts to delete from a read-only folder. */
const readonlyPauseMs = hourMs;
/** Images of the last day, by name or by modification time, are kept however full the disk is. */
const alwaysKeptMs = dayMs;

export type SourcePolicy = {
  policy: RetentionPolicy;
  /**
   * Capture time from which rows are still needed to delete their files, now or (`isPlan`) after a run; plus infinity
   * where no limit applies to the files.
   */
  neededFrom(isPlan: boolean): Promise<number>;
};

/** The images in a site's watched folders, deleted hour by hour from the oldest, and only where that is allowed. */
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
  const { db, siteId, folders, clock, isAllowed, days, bytes, onCleared } = options;
  const readHorizons = createReadHorizons(db, siteId);
  const hours = createSiteHours(db, siteId);
  const rootPath = (rootId: number) => options.rootPaths().find(({ id }) => id === rootId)?.path;
  const meanSize = createMeanSize({ db, folders, rootPath });
  const walk = createHourWalk({ db, siteId, hours });
  const isRecent = (modifiedAt: number) => Math.abs(clock.now() - modifiedAt) < alwaysKeptMs;
  const clearFiles = createClearFiles({ db, clock, rootPath, isRecent, onCleared });
  let readonlyUntil = Number.NEGATIVE_INFINITY;

  /** Files captured before this whole hour may go. */
  function limitOf(cut: Cut): number {
    const before = 'before' in cut ? cut.before : Number.POSITIVE_INFINITY;
    return Math.floor(Math.min(before, clock.now() - alwaysKeptMs) / hourMs) * hourMs;
  }

  async function remove(cut: Cut): Promise<Removed> {
    const sum = { count: 0, bytes: 0, failed: 0 };
    if (options.hindrance() !== null) return { ...sum, isDone: true };
    const next = await walk.next(limitOf(cut));
    if (!next) return { ...sum, isDone: true };
    const rows = await readRows(db, next.lane, next.afterId);
    for (const [directoryId, rowsOfFolder] of Map.groupBy(rows, (row) => row.directoryId)) {
      const cleared = await clearFiles(folders.get(directoryId), rowsOfFolder);
      if (cleared === 'readonly') readonlyUntil = clock.now() + readonlyPauseMs;
      if (cleared === 'readonly' || cleared === 'away') {
        walk.reset();
        return { ...sum, isDone: true };
      }
      for (const { outcome, bytes: freed } of cleared) {
        sum.bytes += freed;
        if (outcome === 'deleted') sum.count += 1;
        else if (outcome === 'recent') walk.holdHorizon();
        else if (outcome !== 'gone') sum.failed += 1;
      }
    }
    walk.moveOn(rows.at(-1)?.id ?? 0, rows.length < filesPerStep);
    return { ...sum, isDone: 'freeBytes' in cut && sum.bytes >= cut.freeBytes };
  }

  const policy: RetentionPolicy = {
    key: 'sources',
    limits: isAllowed ? { days, bytes } : { days: 0, bytes: 0 },
    isEstimate: true,
    folders: () => options.rootPaths().map(({ path }) => path),
    hindrance() {
      if (!isAllowed) return 'off';
      return options.hindrance() ?? (clock.now() < readonlyUntil ? 'readonly' : null);
    },
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
    remove,
  };
  return {
    policy,
    async neededFrom(isPlan) {
      const isLimited = isAllowed && (days > 0 || bytes > 0);
      if (!isLimited) return Number.POSITIVE_INFINITY;
      const { files } = await readHorizons(db.read);
      return isPlan && days > 0 ? Math.max(files, clock.now() - days * dayMs) : files;
    },
  };
}

/** The next rows of a lane that still have files. */
async function readRows(db: Db, lane: HourLane, afterId: number): Promise<ClearableRow[]> {
  const { inspections } = db.tables;
  const { id, directoryId, name, sizeBytes, modifiedAt } = inspections;
  return db.read
    .select({ id, directoryId, name, sizeBytes, modifiedAt })
    .from(inspections)
    .where(and(inHour(db.tables, lane), isNull(inspections.missingAt), gt(id, afterId)))
    .orderBy(asc(id))
    .limit(filesPerStep);
}
