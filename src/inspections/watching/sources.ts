import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { RescanResult } from '../../kernel/folder-scan/model/rescan-result.ts';
import type { Scanner } from '../../kernel/folder-scan/scanner/scanner.ts';
import { startLoop } from '../../kernel/jobs/loop.ts';
import type { Log } from '../../kernel/log.ts';
import type { Bus } from '../../kernel/processes/bus/bus.ts';
import type { Singletons } from '../../kernel/processes/leader/singletons.ts';
import { isWithin } from '../../kernel/storage/is-within.ts';
import { maxFolders } from '../../kernel/storage/split-folders.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import { createWallClock } from '../../kernel/time/time-zone.ts';
import type { RecordClocks } from '../../plant/record-clocks.ts';
import type { Db } from '../../schema/db.ts';
import type { SourceStatus } from '../model.ts';
import type { NamingSettings } from '../names/parse-file-name.ts';
import { ensureRoot, type Folders } from '../recording/folders.ts';
import { createRecordInspections, type Recorded } from '../recording/record-inspections.ts';
import { type AheadImage, recordAhead } from './record-ahead.ts';
import { answerRescans, rescanRoots } from './rescan-roots.ts';
import { namingOfRoot, type RootRow, readRootRows } from './root-rows.ts';
import { createSourceHeartbeats, heartbeatEveryMs } from './source-heartbeat.ts';
import { type ScanSetup, type StartAlongside, type WatchedRoot, watchRoot } from './watch-root.ts';

/** Most roots watched at once: those of WATCH_DIR, as many added on the page, and the demo plant. */
const maxRoots = 2 * maxFolders + 1;
/** Other processes change rows of folders, too. */
const changesEveryMs = 5_000;
/** How long another process may take to accept a file to look at. */
const lookWithinMs = 5_000;

/** A watched folder as the Sources page names it. */
export type RootSetup = {
  id: number;
  path: string;
  /** Added by an administrator, not by the settings. */
  isAdded: boolean;
  naming: NamingSettings;
  /** It has a pattern of its own, not that of the settings. */
  hasOwnNaming: boolean;
  recoveredCount: number;
  /** Names are read again: folders up to this id are done. */
  rereadFrom: number | null;
};

export type SourcesOptions = ScanSetup & {
  db: Db;
  clocks: RecordClocks;
  /** How images are named where a root has no pattern of its own. */
  naming: NamingSettings;
  /** The site of this process; no other site's process watches its folders. */
  siteId: number;
  folders: Folders;
  clock: Clock;
  log: Log;
  bus: Bus;
  singletons: Singletons;
  /** Whether this process may sweep; otherwise it shows what other processes find. */
  sweeps: boolean;
  /** Identifies this process to people on the pages of other processes. */
  processName: string;
  onRecorded: (recorded: Recorded) => void;
  onStatus: () => void;
};

/** The watched roots of a site, whichever process sweeps them. */
export type Sources = {
  /**
   * Watches a folder; another process may be the one that sweeps it. Nothing happens when it is watched already.
   * `startAlongside` runs in the process that sweeps, under the same lease.
   */
  watch(path: string, startAlongside?: StartAlongside): Promise<void>;
  /**
   * Records images of a folder that is watched later, once their files are there; until then their pictures count as being
   * written.
   */
  recordAhead(path: string, images: Iterable<AheadImage>): Promise<void>;
  /** Root whose files are still to come. */
  aheadOf(): { id: number; path: string } | undefined;
  /** Watches a root no more, and resolves when nothing more of it will be written. */
  unwatch(rootId: number): Promise<void>;
  list(): SourceStatus[];
  /** Whether this process sweeps the site's first folder: it does what one process of a site does. */
  sweepsHere(): boolean;
  /** From now on skips files captured before this: retention deleted their rows, and they stay counted. */
  keepSince(at: number): void;
  /** Files of a folder were deleted on purpose. */
  noteCleared(folder: { rootId: number; path: string }, names: readonly string[]): void;
  /** Looks again at a file that is not as it was recorded, in the process that sweeps its root. Returns at once. */
  lookAgain(file: { rootId: number; path: string }): void;
  /** Absolute path of a root. */
  rootPath(rootId: number): string | undefined;
  rootPaths(): { id: number; path: string }[];
  /** The watched folders of this process with their patterns. */
  setups(): RootSetup[];
  /** Takes in what a person changed of the watched folders, here and in the other processes. */
  applyChanges(): Promise<void>;
  /** How images of a root are named, where this process sweeps it as this row has it; undefined otherwise. */
  sweptUnder(row: RootRow): NamingSettings | undefined;
  /**
   * Sweeps every root now and adds the answers up; the note names the roots that could not be swept.
   *
   * @throws AppError 'unavailable' when no process watches any root.
   */
  rescan(): Promise<RescanResult>;
  stop(): Promise<void>;
};

type KnownRoot = { id: number; path: string; root: WatchedRoot | undefined };
type OwnRoot = KnownRoot & { row: RootRow; startAlongside: StartAlongside | undefined };

export function createSources(options: SourcesOptions): Sources {
  const { db, siteId, folders, clock, log, bus, singletons, processName, watchMode } = options;
  /** Roots of this process, by id; `root` is undefined where it does not sweep. */
  const own = new Map<number, OwnRoot>();
  let publishedStatus = '';
  let ahead: { id: number; path: string } | undefined;
  const heartbeats = createSourceHeartbeats({
    db,
    bus,
    clock,
    siteId,
    processName,
    watchMode,
    onChanged: statusChanged,
  });
  answerRescans(bus, (id) => own.get(id)?.root);
  const record = createRecordInspections({
    db,
    siteId,
    folders,
    clock,
    clocks: options.clocks,
    isGone: (folder, name) => isGone(own.get(folder.rootId)?.path, folder.path, name),
  });
  const keepSinceHere = (at: number) => {
    for (const { root } of own.values()) root?.scanner()?.keepSince(at);
  };
  // The folders of one site may be swept by several processes, and one of them cleans up.
  bus.subscribe(`keepSince:${siteId}`, (_name, at) => {
    if (typeof at === 'number' && Number.isFinite(at)) keepSinceHere(at);
  });
  const heartbeatLoop = startLoop({
    name: 'source heartbeats',
    intervalMs: heartbeatEveryMs,
    log,
    run: async () => beat(),
  });

  /** Roots of this process first, then those that only other processes have, such as a demo plant. */
  function listRoots(): KnownRoot[] {
    const others = heartbeats.listRemote().filter(({ id }) => !own.has(id));
    return [...own.values(), ...others.map(({ id, path }) => ({ id, path, root: undefined }))];
  }

  const list = () =>
    listRoots().map(({ id, path, root }) => root?.scanner()?.list()[0] ?? heartbeats.describe({ id, path }));

  function publishOwn(): void {
    for (const { root } of own.values()) {
      for (const status of root?.scanner()?.list() ?? []) heartbeats.publish(status);
    }
  }

  function statusChanged(): void {
    if (bus.isShared) {
      publishOwn();
      publishedStatus = JSON.stringify(list());
    }
    options.onStatus();
  }

  /** Keeps this process's folders alive for the others, and notices when another process has fallen silent. */
  function beat(): void {
    if (!bus.isShared) return;
    publishOwn();
    if (JSON.stringify(list()) !== publishedStatus) statusChanged();
  }

  const namingOf = (row: RootRow) => namingOfRoot(row, options.naming, log);

  async function sweep(one: OwnRoot): Promise<void> {
    if (!options.sweeps) return;
    const { id, path } = one;
    one.root = await watchRoot({
      root: { id, path },
      naming: () => namingOf(one.row),
      setup: options,
      db,
      siteId,
      folders,
      record,
      clock,
      log,
      singletons,
      onRecorded: options.onRecorded,
      onStatus: statusChanged,
      startAlongside: one.startAlongside,
    });
  }

  async function watch(path: string, startAlongside?: StartAlongside): Promise<void> {
    const id = await ensureRoot(db, clock, siteId, path);
    if (own.has(id) || own.size >= maxRoots) return;
    const row = (await readRootRows(db, siteId)).find((one) => one.id === id);
    if (!row || own.has(id)) return;
    const one: OwnRoot = { id, path, root: undefined, row, startAlongside };
    own.set(id, one);
    await sweep(one);
  }

  /** Watches what was added, lets go what was removed, and sweeps anew what has another pattern. */
  async function takeChanges(): Promise<void> {
    for (const row of await readRootRows(db, siteId)) {
      const one = own.get(row.id);
      if (!one) {
        const around = [...own.values()].find(
          ({ path }) => isWithin(path, row.path) || isWithin(row.path, path),
        );
        if (row.addedAt !== null && !around) await watch(row.path);
        continue;
      }
      const before = one.row;
      one.row = row;
      if (before.addedAt !== null && row.addedAt === null) {
        own.delete(row.id);
        await one.root?.stop();
      } else if (JSON.stringify(namingOf(before)) !== JSON.stringify(namingOf(row))) {
        const root = one.root;
        one.root = undefined;
        await root?.stop();
        if (own.has(row.id)) await sweep(one);
      }
    }
  }

  const changes = startLoop({
    name: 'changes of watched folders',
    intervalMs: changesEveryMs,
    log,
    run: async () => {
      if (isStarted) await takeChanges();
    },
  });
  let isStarted = false;
  bus.subscribe(`roots:${siteId}`, () => void changes.trigger());

  return {
    async watch(path, startAlongside) {
      await watch(path, startAlongside);
      isStarted = true;
    },
    async recordAhead(path, images) {
      const id = await ensureRoot(db, clock, siteId, path);
      ahead = { id, path };
      await recordAhead(images, {
        rootId: id,
        naming: options.naming,
        wallClock: createWallClock(options.timeZone),
        record,
        onRecorded: options.onRecorded,
      });
    },
    aheadOf: () => (ahead && own.has(ahead.id) ? undefined : ahead),
    async unwatch(rootId) {
      if (ahead?.id === rootId) ahead = undefined;
      const one = own.get(rootId);
      own.delete(rootId);
      await one?.root?.stop();
      statusChanged();
    },
    async applyChanges() {
      isStarted = true;
      await changes.trigger();
      bus.publish(`roots:${siteId}`, undefined);
      statusChanged();
    },
    setups: () =>
      [...own.values()].map(({ id, path, row }) => ({
        id,
        path,
        isAdded: row.addedAt !== null,
        naming: namingOf(row),
        hasOwnNaming: row.fileNameRegex !== null || row.pathRegex !== null,
        recoveredCount: row.recoveredCount,
        rereadFrom: row.rereadFrom,
      })),
    sweptUnder(row) {
      const one = own.get(row.id);
      if (!one?.root?.scanner()) return undefined;
      const naming = namingOf(one.row);
      return isDeepStrictEqual(naming, namingOf(row)) ? naming : undefined;
    },
    list,
    sweepsHere: () => [...own.values()][0]?.root?.scanner() !== undefined,
    keepSince: (at) => {
      keepSinceHere(at);
      bus.publish(`keepSince:${siteId}`, at);
    },
    noteCleared: (folder, names) => own.get(folder.rootId)?.root?.scanner()?.noteCleared(folder, names),
    lookAgain: createLookAgain(bus, (id) => own.get(id)?.root?.scanner()),
    rootPath: (rootId) => own.get(rootId)?.path ?? listRoots().find(({ id }) => id === rootId)?.path,
    rootPaths: () => listRoots().map(({ id, path }) => ({ id, path })),
    rescan: () => rescanRoots({ roots: listRoots(), heartbeats, bus }),
    async stop() {
      await Promise.all([heartbeatLoop.stop(), changes.stop()]);
      await Promise.all([...own.values()].map(({ root }) => root?.stop()));
    },
  };
}

/** Passes files on to the scanner of their root, here or in another process; `path` lies below the root. */
function createLookAgain(
  bus: Bus,
  scannerOf: (rootId: number) => Scanner | undefined,
): (file: { rootId: number; path: string }) => void {
  function look({ rootId, path }: { rootId: number; path: string }): true | undefined {
    const scanner = scannerOf(rootId);
    if (!scanner) return undefined;
    const end = path.lastIndexOf('/');
    scanner.lookAgain({ rootId, path: path.slice(0, Math.max(end, 0)) }, path.slice(end + 1));
    return true;
  }
  bus.onRequest('lookAgain', async (file) => {
    const { rootId, path } = (file ?? {}) as { rootId?: unknown; path?: unknown };
    return typeof rootId === 'number' && typeof path === 'string' ? look({ rootId, path }) : undefined;
  });
  return (file) => {
    // Where no process watches the root, its next sweep will find the change.
    if (!look(file) && bus.isShared) bus.request('lookAgain', file, lookWithinMs).catch(() => {});
  };
}

/** Whether a file is certainly gone; false also where its root is not watched here. */
async function isGone(rootPath: string | undefined, folderPath: string, name: string): Promise<boolean> {
  if (rootPath === undefined) return false;
  try {
    await lstat(join(rootPath, folderPath, name));
    return false;
  } catch (error) {
    return ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
  }
}
