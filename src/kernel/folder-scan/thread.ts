import { parentPort, workerData } from 'node:worker_threads';
import { compileNamePattern, stationAndPartOf } from '../../inspections/file-name.ts';
import { packBatch } from '../../inspections/found-files.ts';
import { systemClock } from '../clock.ts';
import { createLog } from '../log.ts';
import { createWallClock } from '../time-zone.ts';
import { type ScanEngine, startScanEngine } from './engine.ts';
import { createExclude } from './exclude.ts';
import { countOf, rememberedFolder } from './folder-state.ts';
import type { FromScanner, ScanThreadData, ToScanner } from './messages.ts';
import { type NameReader, openNameReader } from './name-reader.ts';
import type { FolderState, Receipt, ScanContext } from './scan-context.ts';

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

function createContext(reader: NameReader): ScanContext {
  const compiled = compileNamePattern(data.patternSource);
  if (!compiled.ok) throw new Error(compiled.fault);
  const folders = new Map<string, FolderState>();
  for (const { path, ...listing } of data.folders) {
    const ref = { rootId: data.root.id, path, ...stationAndPartOf(path) };
    folders.set(path, rememberedFolder(ref, listing));
  }
  return {
    root: data.root,
    options: data.options,
    clock: systemClock,
    log,
    pattern: compiled.pattern,
    wallClock: createWallClock(data.timeZone),
    isExcluded: createExclude(data.exclude),
    folders,
    send: (batch) => ask((id) => ({ type: 'found', id, batch: packBatch(batch) })),
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
    readNames: reader.pages,
  };
}

async function stop(engine: ScanEngine, reader: NameReader, beat: NodeJS.Timeout): Promise<void> {
  clearInterval(beat);
  await engine.stop();
  await reader.close();
  port?.close();
}

const log = createLog({ level: data.logLevel, pretty: false });
const reader = openNameReader(data.database, log);
const engine = startScanEngine(createContext(reader), data.watchMode, (sweep) =>
  post({ type: 'sweep', sweep }),
);
const postStatus = () => post({ type: 'status', status: engine.status() });
let backfilled = 0;
const beat = setInterval(() => {
  postStatus();
  const { backfill, incomplete, sweepRunningSince } = engine.status();
  backfilled = Math.max(backfilled, backfill?.total ?? 0);
  const isIdle = backfill === null && incomplete === 0 && sweepRunningSince === null;
  if (isIdle && backfilled >= renewAfterFiles) void stop(engine, reader, beat);
}, statusEveryMs);

port.on('message', (message: ToScanner) => {
  if (message.type === 'receipt') {
    waiting.get(message.id)?.({ added: message.added });
    waiting.delete(message.id);
  } else if (message.type === 'rescan') {
    void engine.rescan().then((result) => {
      // First, so that the page shown next agrees with the answer.
      postStatus();
      post({ type: 'rescanned', id: message.id, result });
    });
  } else {
    void stop(engine, reader, beat);
  }
});
