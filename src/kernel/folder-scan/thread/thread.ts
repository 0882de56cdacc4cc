import { parentPort, workerData } from 'node:worker_threads';
import { createLog } from '../../log.ts';
import { systemClock } from '../../time/clock.ts';
import { createWallClock } from '../../time/time-zone.ts';
import { createExclude } from '../disk/exclude.ts';
import { createFolderLinks } from '../disk/folder-links.ts';
import { packBatch } from '../model/found-batch.ts';
import { openReading } from '../model/name-reading.ts';
import { sumRescans } from '../model/rescan-result.ts';
import type { FromScanner, KnownRoot, ScanThreadData, ToScanner } from '../model/scan-messages.ts';
import { countOf, forgetFiles, rememberedFolder } from '../state/folder-state.ts';
import type { FolderState, Receipt, ScanContext } from '../state/scan-context.ts';
import { type RootScan, startRootScan } from './root-scan.ts';

/** How often the status is reported to the main thread; it also serves as the heartbeat. */
const statusEveryMs = 500;
/**
 * After so many older images the thread ends and is started again, because only that returns their heap to the system
 * (390 MB before, 200 MB after; measured). Its whole state can be read back from the database.
 */
const renewAfterFiles = 200_000;

const port = parentPort;
if (!port) throw new Error('The scanner runs as a worker thread only');
const data = workerData as ScanThreadData;
const waiting = new Map<number, (receipt: Receipt) => void>();
let nextId = 1;

function post(message: FromScanner): void {
  port?.postMessage(message);
}

function ask(make: (id: number) => FromScanner): Promise<Receipt> {
  const id = nextId++;
  return new Promise((resolve) => {
    waiting.set(id, resolve);
    post(make(id));
  });
}

const log = createLog({ level: data.logLevel, pretty: false });
const wallClock = createWallClock(data.timeZone);
const reading = await openReading(data.reading, { wallClock, log });
const isExcluded = createExclude(data.exclude);
/** `backfilled` is the largest backlog of older images so far. */
const scans = new Map<number, { scan: RootScan; context: ScanContext; backfilled: number }>();

function createContext({ folders: listings, keepSince, ...root }: KnownRoot): ScanContext {
  const folders = new Map<string, FolderState>();
  for (const { path, ...listing } of listings) {
    folders.set(path, rememberedFolder({ rootId: root.id, path }, listing));
  }
  return {
    root,
    options: data.options,
    clock: systemClock,
    log,
    wallClock,
    isExcluded,
    links: createFolderLinks(root.path, data.options.linksTo ?? []),
    followed: new Set(),
    isImageName: reading.isImageName,
    readName: reading.read,
    readNames: reading.knownNames,
    folders,
    hasTrueInodes: false,
    keepSince,
    send: (batch) => ask((id) => ({ type: 'found', id, batch: packBatch(batch, reading) })),
    sendMissing: async (folder, missing) =>
      void (await ask((id) => ({ type: 'missing', id, folder, names: missing }))),
    sendMoved: async (moves) => {
      const { added } = await ask((id) => ({ type: 'moved', id, moves }));
      return added > 0;
    },
    sendListed: (folder) => {
      folder.unsaved = false;
      // Renamed in the meantime: its listing is that of another path.
      if (folders.get(folder.ref.path) !== folder) return;
      const { ref, listedAt, folderCount } = folder;
      // Until the folder before was looked for everywhere, so that the next start looks for it, too.
      const inode = folder.formerInode ?? folder.inode;
      // Without a modification time the next start lists the folder again, for later changes and unreadable names.
      const isSure = folder.isSettled && folder.doubted === 0 && folder.unreadable.now.size === 0;
      const isWhole = !folder.again && isSure;
      const modifiedAt = isWhole ? folder.modifiedAt : null;
      const fileCount = countOf(folder);
      const listed = { path: ref.path, modifiedAt, listedAt, fileCount, folderCount, inode };
      post({ type: 'listed', folder: ref, listed });
    },
  };
}

function watch(root: KnownRoot): void {
  if (scans.has(root.id)) return;
  const context = createContext(root);
  const scan = startRootScan(context, data.watchMode, (sweep) =>
    post({ type: 'sweep', rootId: root.id, sweep }),
  );
  scans.set(root.id, { scan, context, backfilled: 0 });
}

function forget(rootId: number): void {
  const entry = scans.get(rootId);
  scans.delete(rootId);
  void entry?.scan.stop();
}

async function rescan(id: number): Promise<void> {
  const results = await Promise.all([...scans.values()].map(({ scan }) => scan.rescan()));
  // Before the result, so that the page shown next agrees with it.
  postStatus();
  post({ type: 'rescanned', id, result: sumRescans(results) });
}

function postStatus(): void {
  const roots = [...scans].map(([rootId, { scan }]) => ({ rootId, status: scan.status() }));
  post({ type: 'status', roots });
}

/** Ends the thread when it is idle after a large backfill, counted over all roots. */
function renewWhenIdle(): void {
  let backfilled = 0;
  let isIdle = true;
  for (const entry of scans.values()) {
    const { backfill, incomplete, sweepRunningSince } = entry.scan.status();
    entry.backfilled = Math.max(entry.backfilled, backfill?.total ?? 0);
    backfilled += entry.backfilled;
    isIdle &&= backfill === null && incomplete === 0 && sweepRunningSince === null;
  }
  if (isIdle && backfilled >= renewAfterFiles) void stop();
}

async function stop(): Promise<void> {
  clearInterval(beat);
  await Promise.all([...scans.values()].map(({ scan }) => scan.stop()));
  await reading.close();
  port?.close();
}

const beat = setInterval(() => {
  postStatus();
  renewWhenIdle();
}, statusEveryMs);

port.on('message', (message: ToScanner) => {
  switch (message.type) {
    case 'receipt':
      waiting.get(message.id)?.({ added: message.added });
      waiting.delete(message.id);
      break;
    case 'watch':
      watch(message.root);
      break;
    case 'forget':
      forget(message.rootId);
      break;
    case 'rescan':
      void rescan(message.id);
      break;
    case 'keepSince':
      for (const { context } of scans.values()) context.keepSince = message.at;
      break;
    case 'cleared': {
      const { rootId, path } = message.folder;
      const folder = scans.get(rootId)?.context.folders.get(path);
      if (folder) forgetFiles(folder, message.names);
      break;
    }
    case 'lookAgain':
      scans.get(message.folder.rootId)?.scan.lookAgain(message.folder.path, message.name);
      break;
    case 'stop':
      void stop();
  }
});
