import { and, eq } from 'drizzle-orm';
import { startingStatus, type WatchMode } from '../../kernel/folder-scan/root-status.ts';
import type { Bus } from '../../kernel/processes/bus/bus.ts';
import { maxTextBytes } from '../../kernel/processes/bus/link.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import type { Db } from '../../schema/db.ts';
import type { SourceStatus } from '../model.ts';

/** A process that watches says so this often, whether or not anything has changed. */
export const shareEveryMs = 5_000;
/** Whoever was not heard of for this long watches no more. */
const silentAfterMs = 16_000;
const longestText = maxTextBytes - 500;
/** Folders that others watch, as many as are kept in mind. */
const maxKnown = 64;

type Told = { by: string; status: SourceStatus };
type Heard = { status: SourceStatus; by: string; at: number };

/** What the processes of a site tell each other of the folders they watch. */
export type SharedSources = {
  /** Tells the others how a folder watched here is doing. */
  share(status: SourceStatus): void;
  /** A folder that is not watched here: what its watcher says, and that there is none when nobody says anything. */
  describe(root: { id: number; path: string }): SourceStatus;
  /** Folders that others watch now, by root id. */
  listHeard(): { id: number; path: string }[];
  /** Whether another process has watched it a moment ago. */
  isWatched(rootId: number): boolean;
};

/** `processName` is this process for people; `onHeard` is told of every change that others tell. */
export function createSharedSources(options: {
  db: Db;
  bus: Bus;
  clock: Clock;
  siteId: number;
  processName: string;
  watchMode: WatchMode;
  onHeard: () => void;
}): SharedSources {
  const { db, bus, clock, processName, watchMode } = options;
  const heard = new Map<number, Heard>();
  const asking = new Set<number>();
  const startedAt = clock.now();
  const isRecent = (at: number | undefined) => clock.now() - (at ?? startedAt) < silentAfterMs;

  const prefix = `source:${options.siteId}:`;
  bus.hear(prefix, (_name, payload) => {
    if (!isShared(payload)) return;
    const known = heard.get(payload.status.id);
    if (known?.status.path === payload.status.path) take(payload);
    else void believe(payload);
  });

  function take({ status, by }: Told): void {
    const known = heard.get(status.id);
    if (!known && heard.size >= maxKnown) return;
    heard.set(status.id, { status, by, at: clock.now() });
    if (JSON.stringify(known?.status) !== JSON.stringify(status)) options.onHeard();
  }

  /** Files are served from these folders: where one lies is believed to the database alone, the bus is open to more. */
  async function believe(told: Told): Promise<void> {
    const { id, path } = told.status;
    if (asking.size >= maxKnown || asking.has(id)) return;
    asking.add(id);
    const { roots } = db.tables;
    const same = and(eq(roots.id, id), eq(roots.siteId, options.siteId), eq(roots.path, path));
    try {
      const [root] = await db.read.select({ id: roots.id }).from(roots).where(same);
      if (root) take(told);
    } catch {
      // It is told again in a moment.
    } finally {
      asking.delete(id);
    }
  }

  return {
    share: (status) => bus.tell(`${prefix}${status.id}`, { by: processName, status: shorten(status) }),
    describe: ({ id, path }) => {
      const known = heard.get(id);
      if (known && isRecent(known.at)) return { ...known.status, path, watchedBy: known.by };
      const last = known?.status ?? {
        ...startingStatus(watchMode),
        ...{ id, path, modeOrigin: watchMode === 'auto' ? ('auto' as const) : ('setting' as const) },
      };
      const quiet = { ...last, path, watchedBy: null, sweepRunningSince: null, backfill: null, lag: null };
      return isRecent(known?.at) ? quiet : { ...quiet, ...unwatched, offlineSince: known?.at ?? startedAt };
    },
    listHeard: () => [...heard.values()].map(({ status: { id, path } }) => ({ id, path })),
    isWatched: (rootId) => {
      const known = heard.get(rootId);
      return known !== undefined && isRecent(known.at);
    },
  };
}

const unwatched = {
  state: 'offline' as const,
  reason: 'No process watches this folder',
  reasonCode: 'unwatched' as const,
};

/** A status that fits into a message: names of unreadable files are the only long part. */
function shorten(status: SourceStatus): SourceStatus {
  const { count, paths } = status.unreadable;
  const kept = [...paths];
  const sizeOf = () => Buffer.byteLength(JSON.stringify({ ...status, unreadable: { count, paths: kept } }));
  while (kept.length > 0 && sizeOf() > longestText) kept.pop();
  return { ...status, unreadable: { count, paths: kept } };
}

/** Whoever has the database may write into the channel; a version of this program that is not this one, too. */
function isShared(payload: unknown): payload is Told {
  const { by, status } = (payload ?? {}) as Partial<{ by: unknown; status: Partial<SourceStatus> }>;
  return (
    typeof by === 'string' &&
    Number.isSafeInteger(status?.id) &&
    typeof status?.path === 'string' &&
    typeof status.state === 'string' &&
    Array.isArray(status.unreadable?.paths)
  );
}
