import { parentPort, workerData } from 'node:worker_threads';
import { createLog } from '../../log.ts';
import { systemClock } from '../../time/clock.ts';
import { createWallClock } from '../../time/time-zone.ts';
import { createExclude } from '../disk/exclude.ts';
import { packBatch } from '../model/found-batch.ts';
import { openReading } from '../model/name-reading.ts';
import { sumRescans } from '../model/rescan-result.ts';
import type { FromScanner, KnownRoot, ScanThreadData, ToScanner } from '../model/scan-messages.ts';
import { countOf, forgetFiles, rememberedFolder } from '../state/folder-state.ts';
import type { FolderState, Receipt, ScanContext } from '../state/scan-context.ts';
import { type RootScan, startRootScan } from './root-scan.ts';

/** How often the main thread hears how the scanner is doing, which is also its sign of life. */
const statusEveryMs = 500;
/**
 * After so many older images the thread ends itself and is started afresh: the heap they needed is given back to the
 * system only that way (measured: 390 MB before, 200 MB after). What it knows is in the database.
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
/** `backfilled` is the greatest number of older images that were on their way at once. */
const engines = new Map<number, { engine: RootScan; context: ScanContext; backfilled: number }>();

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
    isImageName: reading.isImageName,
    readName: reading.read,
    readNames: reading.knownNames,
    folders,
    keepSince,
    send: (batch) => ask((id) => ({ type: 'found', id, batch: packBatch(batch, reading) })),
    sendMissing: async (folder, missing) =>
      void (await ask((id) => ({ type: 'missing', id, folder, names: missing }))),
    sendListed: (folder) => {
      folder.unsaved = false;
      const { ref, listedAt } = folder;
      // What cannot be read is not written down: the next start has to come upon it again.
      const isWhole = !folder.again && folder.unreadable.now.size === 0;
      const modifiedAt = isWhole ? folder.modifiedAt : null;
      const listed = { path: ref.path, modifiedAt, listedAt, fileCount: countOf(folder) };
      post({ type: 'listed', folder: ref, listed });
    },
  };
}

function watch(root: KnownRoot): void {
  if (engines.has(root.id)) return;
  const context = createContext(root);
  const engine = startRootScan(context, data.watchMode, (sweep) =>
    post({ type: 'sweep', rootId: root.id, sweep }),
  );
  engines.set(root.id, { engine, context, backfilled: 0 });
}

function forget(rootId: number): void {
  const entry = engines.get(rootId);
  engines.delete(rootId);
  void entry?.engine.stop();
}

async function rescan(id: number): Promise<void> {
  const results = await Promise.all([...engines.values()].map(({ engine }) => engine.rescan()));
  // First, so that the page shown next agrees with the answer.
  postStatus();
  post({ type: 'rescanned', id, result: sumRescans(results) });
}

function postStatus(): void {
  const roots = [...engines].map(([rootId, { engine }]) => ({ rootId, status: engine.status() }));
  post({ type: 'status', roots });
}

/** Ends the thread once nothing is under way and the older images of all roots together were many. */
function renewWhenIdle(): void {
  let backfilled = 0;
  let isIdle = true;
  for (const entry of engines.values()) {
    const { backfill, incomplete, sweepRunningSince } = entry.engine.status();
    entry.backfilled = Math.max(entry.backfilled, backfill?.total ?? 0);
    backfilled += entry.backfilled;
    isIdle &&= backfill === null && incomplete === 0 && sweepRunningSince === null;
  }
  if (isIdle && backfilled >= renewAfterFiles) void stop();
}

async function stop(): Promise<void> {
  clearInterval(beat);
  await Promise.all([...engines.values()].map(({ engine }) => engine.stop()));
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
      for (const { context } of engines.values()) context.keepSince = message.at;
      break;
    case 'cleared': {
      const { rootId, path } = message.folder;
      const folder = engines.get(rootId)?.context.folders.get(path);
      if (folder) forgetFiles(folder, message.names);
      break;
    }
    case 'stop':
      void stop();
  }
});
