import { and, eq } from 'drizzle-orm';
import { startingStatus, type WatchMode } from '../../kernel/folder-scan/model/root-status.ts';
import type { Bus } from '../../kernel/processes/bus/bus.ts';
import { maxTextBytes } from '../../kernel/processes/bus/link.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import type { Db } from '../../schema/db.ts';
import type { SourceStatus } from '../model.ts';

/** How often a process publishes the status of the folders it watches, changed or not. */
export const heartbeatEveryMs = 5_000;
/** A folder counts as unwatched when its last heartbeat is older than this. */
const silentAfterMs = 16_000;
const maxStatusBytes = maxTextBytes - 500;
/** Most folders of other processes that are remembered. */
const maxRemoteFolders = 64;

type Root = { id: number; path: string };
type Heartbeat = { by: string; status: SourceStatus };
type Received = Heartbeat & { at: number };

/** The status of watched folders, shared among the processes of a site. */
export type SourceHeartbeats = {
  /** Publishes the status of a folder that is watched here. */
  publish(status: SourceStatus): void;
  /** Status of a folder that is not watched here: its watcher's, or `unwatched` after a silence. */
  describe(root: Root): SourceStatus;
  /** Folders that other processes have published. */
  listRemote(): Root[];
  /** Whether another process watches it: its last heartbeat is recent. */
  isWatched(rootId: number): boolean;
};

/** `processName` identifies this process to people; `onChanged` runs when the status of a remote folder changed. */
export function createSourceHeartbeats(options: {
  db: Db;
  bus: Bus;
  clock: Clock;
  siteId: number;
  processName: string;
  watchMode: WatchMode;
  onChanged: () => void;
}): SourceHeartbeats {
  const { db, bus, clock, siteId, processName, watchMode, onChanged } = options;
  const received = new Map<number, Received>();
  const verifying = new Set<number>();
  const startedAt = clock.now();
  const isRecent = (at: number | undefined) => clock.now() - (at ?? startedAt) < silentAfterMs;

  const prefix = `source:${siteId}:`;
  bus.subscribe(prefix, (_name, payload) => {
    if (!isHeartbeat(payload)) return;
    const known = received.get(payload.status.id);
    if (known?.status.path === payload.status.path) accept(payload);
    else void verify(payload);
  });

  function accept({ status, by }: Heartbeat): void {
    const known = received.get(status.id);
    if (!known && received.size >= maxRemoteFolders) return;
    received.set(status.id, { status, by, at: clock.now() });
    if (JSON.stringify(known?.status) !== JSON.stringify(status)) onChanged();
  }

  /**
   * Accepts a folder that is new here only when the database has it at this path. Files are served from these folders,
   * and more clients can publish on the bus than may register a folder.
   */
  async function verify(heartbeat: Heartbeat): Promise<void> {
    const { id, path } = heartbeat.status;
    if (verifying.size >= maxRemoteFolders || verifying.has(id)) return;
    verifying.add(id);
    const { roots } = db.tables;
    const sameRoot = and(eq(roots.id, id), eq(roots.siteId, siteId), eq(roots.path, path));
    try {
      const [root] = await db.read.select({ id: roots.id }).from(roots).where(sameRoot);
      if (root) accept(heartbeat);
    } catch {
      // The next heartbeat is verified again.
    } finally {
      verifying.delete(id);
    }
  }

  return {
    publish: (status) =>
      bus.publish(`${prefix}${status.id}`, { by: processName, status: fitIntoMessage(status) }),
    describe: ({ id, path }) => {
      const known = received.get(id);
      if (known && isRecent(known.at)) return { ...known.status, path, watchedBy: known.by };
      const last = known?.status ?? neverSeen({ id, path }, watchMode);
      const resting = { ...last, path, watchedBy: null, sweepRunningSince: null, backfill: null, lag: null };
      if (isRecent(known?.at)) return resting;
      return { ...resting, ...unwatched, offlineSince: known?.at ?? startedAt };
    },
    listRemote: () => [...received.values()].map(({ status: { id, path } }) => ({ id, path })),
    isWatched: (rootId) => {
      const known = received.get(rootId);
      return known !== undefined && isRecent(known.at);
    },
  };
}

const unwatched = {
  state: 'offline' as const,
  reason: 'No process watches this folder',
  reasonCode: 'unwatched' as const,
};

function neverSeen({ id, path }: Root, watchMode: WatchMode): SourceStatus {
  return {
    ...startingStatus(watchMode),
    id,
    path,
    modeOrigin: watchMode === 'auto' ? 'auto' : 'setting',
    watchedBy: null,
  };
}

/** Drops paths of unreadable files, the only long part of a status, until it fits. */
function fitIntoMessage(status: SourceStatus): SourceStatus {
  const { count, paths } = status.unreadable;
  const kept = [...paths];
  const sizeOf = () => Buffer.byteLength(JSON.stringify({ ...status, unreadable: { count, paths: kept } }));
  while (kept.length > 0 && sizeOf() > maxStatusBytes) kept.pop();
  return { ...status, unreadable: { count, paths: kept } };
}

/** Any client of the database can publish here, including another version of this program. */
function isHeartbeat(payload: unknown): payload is Heartbeat {
  const { by, status } = (payload ?? {}) as Partial<{ by: unknown; status: Partial<SourceStatus> }>;
  return (
    typeof by === 'string' &&
    Number.isSafeInteger(status?.id) &&
    typeof status?.path === 'string' &&
    typeof status.state === 'string' &&
    Array.isArray(status.unreadable?.paths)
  );
}
