import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RescanResult } from '../../kernel/folder-scan/rescan.ts';
import type { ScanOptions } from '../../kernel/folder-scan/scan-context.ts';
import { startLoop } from '../../kernel/jobs/loop.ts';
import type { Log } from '../../kernel/log.ts';
import type { Bus } from '../../kernel/processes/bus/bus.ts';
import type { Singletons } from '../../kernel/processes/leader/singletons.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import type { Db, DbPlace } from '../../schema/db.ts';
import type { SourceStatus } from '../model.ts';
import { ensureRoot, type Folders } from '../recording/folders.ts';
import { createRecordInspections, type Recorded } from '../recording/record-inspections.ts';
import { answerRescans, rescanAll } from './rescan.ts';
import { createSharedSources, shareEveryMs } from './source-heartbeat.ts';
import { type Beside, type WatchedRoot, watchRoot } from './watch-root.ts';

/** Watched roots at once: WATCH_DIR and the demo plant. */
const maxRoots = 8;

export type SourcesOptions = {
  db: Db;
  database: DbPlace;
  /** The site of this process: its folders are shared with no other. */
  siteId: number;
  folders: Folders;
  clock: Clock;
  log: Log;
  scan: ScanOptions;
  watchMode: 'auto' | 'events' | 'poll';
  patternSource: string | undefined;
  exclude: string[];
  timeZone: string;
  bus: Bus;
  singletons: Singletons;
  /** Whether this process may sweep; else it shows what others find. */
  sweeps: boolean;
  /** This process for people who look at another one's pages. */
  processName: string;
  onRecorded: (recorded: Recorded) => void;
  onStatus: () => void;
};

/** The watched roots, whichever process sweeps them. */
export type Sources = {
  /**
   * Starts watching a folder unless another process does; nothing happens when it is watched already. `beside` is
   * started with it, under the same right.
   */
  watch(path: string, beside?: Beside): Promise<void>;
  list(): SourceStatus[];
  /** Whether this is the process that sweeps the site's folder. */
  sweepsHere(): boolean;
  /** Files of an earlier time are taken up no more: their rows were deleted, and they stay counted. */
  keepSince(at: number): void;
  /** Files of a folder were deleted on purpose. */
  noteCleared(folder: { rootId: number; path: string }, names: readonly string[]): void;
  /** Absolute path of a root. */
  rootPath(rootId: number): string | undefined;
  rootPaths(): { id: number; path: string }[];
  /**
   * Sweeps every root now; the sums, with the notes of those that could not.
   *
   * @throws AppError 'unavailable' when no process watches any root.
   */
  rescan(): Promise<RescanResult>;
  stop(): Promise<void>;
};

export function createSources(options: SourcesOptions): Sources {
  const { db, folders, clock, log, bus } = options;
  const own = new Map<number, { path: string; root: WatchedRoot | undefined }>();
  let shown = '';
  const shared = createSharedSources({ ...options, onHeard: noteStatus });
  answerRescans(bus, (id) => own.get(id)?.root);
  const record = createRecordInspections({
    db,
    siteId: options.siteId,
    folders,
    clock,
    statFile: async (folder, name) => {
      const root = own.get(folder.rootId)?.path;
      if (root === undefined) return undefined;
      const found = await stat(join(root, folder.path, name)).catch(() => undefined);
      return found && { modifiedAt: Math.round(found.mtimeMs) };
    },
  });
  const heartbeat = startLoop({
    name: 'signs of life',
    intervalMs: shareEveryMs,
    log,
    run: async () => beat(),
  });

  /** Roots of this process first, then those that only others know, such as a demo plant. */
  function listRoots(): { id: number; path: string; root: WatchedRoot | undefined }[] {
    const others = shared.listHeard().filter(({ id }) => !own.has(id));
    return [
      ...[...own].map(([id, known]) => ({ id, ...known })),
      ...others.map((known) => ({ ...known, root: undefined })),
    ];
  }

  const statusOf = ({ id, path, root }: ReturnType<typeof listRoots>[number]): SourceStatus =>
    root?.scanner()?.list()[0] ?? shared.describe({ id, path });
  const list = () => listRoots().map(statusOf);

  function shareOwn(): void {
    for (const { root } of own.values()) {
      for (const status of root?.scanner()?.list() ?? []) shared.share(status);
    }
  }

  function noteStatus(): void {
    if (bus.isShared) {
      shareOwn();
      shown = JSON.stringify(list());
    }
    options.onStatus();
  }

  /** Tells the others that this process lives, and its own screens when another one does not any more. */
  function beat(): void {
    if (!bus.isShared) return;
    shareOwn();
    if (JSON.stringify(list()) !== shown) noteStatus();
  }

  return {
    async watch(path, beside) {
      const id = await ensureRoot(db, clock, options.siteId, path);
      if (own.has(id) || own.size >= maxRoots) return;
      own.set(id, { path, root: undefined });
      if (!options.sweeps) return;
      const root = await watchRoot(
        { id, path },
        { ...options, record, onStatus: noteStatus, ...(beside && { beside }) },
      );
      own.set(id, { path, root });
    },
    list,
    sweepsHere: () => [...own.values()][0]?.root?.scanner() !== undefined,
    keepSince: (at) => {
      for (const { root } of own.values()) root?.scanner()?.keepSince(at);
    },
    noteCleared: (folder, names) => own.get(folder.rootId)?.root?.scanner()?.noteCleared(folder, names),
    rootPath: (rootId) => own.get(rootId)?.path ?? listRoots().find(({ id }) => id === rootId)?.path,
    rootPaths: () => listRoots().map(({ id, path }) => ({ id, path })),
    rescan: () => rescanAll({ roots: listRoots(), shared, bus }),
    async stop() {
      await heartbeat.stop();
      await Promise.all([...own.values()].map(({ root }) => root?.stop()));
    },
  };
}
