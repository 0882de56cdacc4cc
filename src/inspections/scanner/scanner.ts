import { Worker } from 'node:worker_threads';
import type { Clock } from '../../kernel/clock.ts';
import type { Log } from '../../kernel/log.ts';
import { unpackBatch } from '../found-files.ts';
import type { SourceStatus } from '../model.ts';
import type { Recorded, RecordInspections } from '../record-inspections.ts';
import type { ScanStatus, WatchMode } from './engine.ts';
import type { FromScanner, ScanThreadData, ToScanner } from './messages.ts';

/** A scanner thread that has not spoken for this long hangs in a file system that does not answer. */
const silentThreadMs = 15_000;
/** A small young generation keeps the garbage of a million names from becoming resident memory. */
const threadLimits = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 512 };
const restartDelayMs = 2_000;
const writeRetryMs = 1_000;
const rescanTimeoutMs = 60_000;

export type RescanOutcome = { scanned: number; added: number; note: string | null };

/** One watched root: its thread, kept alive, and what is known of its work. */
export type Scanner = {
  status(): SourceStatus;
  rescan(): Promise<RescanOutcome>;
  stop(): Promise<void>;
};

export type ScannerOptions = {
  data: Omit<ScanThreadData, 'folders'>;
  /** Read anew at every start of the thread. */
  readFolders: () => Promise<ScanThreadData['folders']>;
  record: RecordInspections;
  clock: Clock;
  log: Log;
  onRecorded: (recorded: Recorded) => void;
  onListed: (message: Extract<FromScanner, { type: 'listed' }>) => void;
  onSweep: (sweep: NonNullable<SourceStatus['lastSweep']>) => void;
  onStatus: () => void;
};

export function startScanner(options: ScannerOptions): Scanner {
  const { data, record, clock, log } = options;
  const rescans = new Map<number, (outcome: RescanOutcome) => void>();
  let worker: Worker | undefined;
  let latest: ScanStatus | undefined;
  let heardAt = clock.now();
  let nextRescan = 1;
  let stopping = false;
  let writing: Promise<unknown> = Promise.resolve();
  let restart: NodeJS.Timeout | undefined;

  async function launch(): Promise<void> {
    const folders = await options.readFolders();
    if (stopping) return;
    const threadData: ScanThreadData = { ...data, folders };
    worker = new Worker(new URL('./thread.ts', import.meta.url), {
      workerData: threadData,
      resourceLimits: threadLimits,
    });
    worker.on('message', handle);
    // Asked for while there was no thread.
    for (const id of rescans.keys()) post({ type: 'rescan', id });
    worker.on('error', (error) =>
      log.error({ err: error }, 'The scanner thread failed and is started again'),
    );
    worker.on('exit', (code) => {
      worker = undefined;
      for (const settle of rescans.values())
        settle({ scanned: 0, added: 0, note: 'the scanner was restarted' });
      rescans.clear();
      if (!stopping) restart = setTimeout(() => void launch(), code === 0 ? 0 : restartDelayMs);
    });
  }

  function handle(message: FromScanner): void {
    heardAt = clock.now();
    switch (message.type) {
      case 'found':
        writing = takeFound(message);
        break;
      case 'missing':
        writing = takeMissing(message);
        break;
      case 'listed':
        options.onListed(message);
        break;
      case 'sweep':
        options.onSweep(message.sweep);
        break;
      case 'rescanned':
        rescans.get(message.id)?.(message.result);
        rescans.delete(message.id);
        break;
      case 'status':
        takeStatus(message.status);
    }
  }

  function takeStatus(status: ScanStatus): void {
    const isNews = JSON.stringify(status) !== JSON.stringify(latest);
    latest = status;
    if (isNews) options.onStatus();
  }

  async function takeFound(message: Extract<FromScanner, { type: 'found' }>): Promise<void> {
    const batch = unpackBatch(message.batch);
    const recorded = await untilWritten(() => record.recordFound(batch));
    if (!recorded) return;
    if (recorded.stationIds.length > 0) options.onRecorded(recorded);
    await new Promise(setImmediate);
    post({ type: 'receipt', id: message.id, added: recorded.added });
  }

  async function takeMissing(message: Extract<FromScanner, { type: 'missing' }>): Promise<void> {
    const recorded = await untilWritten(() => record.recordMissing(message.folder, message.names));
    if (!recorded) return;
    if (recorded.stationIds.length > 0) options.onRecorded(recorded);
    post({ type: 'receipt', id: message.id, added: 0 });
  }

  /** A full disk or a locked database holds the scanner up, but loses nothing: the same batch is tried until it fits. */
  async function untilWritten<T>(write: () => Promise<T>): Promise<T | undefined> {
    while (!stopping) {
      try {
        return await write();
      } catch (error) {
        log.error({ err: error }, 'Images could not be recorded; trying again');
        await new Promise((resolve) => setTimeout(resolve, writeRetryMs));
      }
    }
    return undefined;
  }

  function post(message: ToScanner): void {
    worker?.postMessage(message);
  }

  void launch();
  return {
    status: () =>
      describe(data.root, data.watchMode, latest, {
        isSilent: clock.now() - heardAt > silentThreadMs,
        heardAt,
      }),
    rescan: () => {
      const id = nextRescan++;
      return new Promise((resolve) => {
        const settle = (outcome: RescanOutcome) => {
          clearTimeout(timer);
          resolve(outcome);
        };
        const timer = setTimeout(() => {
          rescans.delete(id);
          resolve({ scanned: 0, added: 0, note: 'the folder does not answer' });
        }, rescanTimeoutMs);
        rescans.set(id, settle);
        post({ type: 'rescan', id });
      });
    },
    stop: async () => {
      stopping = true;
      clearTimeout(restart);
      const ended = worker ? new Promise((resolve) => worker?.once('exit', resolve)) : Promise.resolve();
      post({ type: 'stop' });
      const isDone = await Promise.race([ended.then(() => true), waitUnref(3_000)]);
      if (!isDone) await worker?.terminate();
      await writing;
    },
  };
}

/** The thread's own word, unless it has fallen silent. */
function describe(
  root: { id: number; path: string },
  setting: WatchMode,
  latest: ScanStatus | undefined,
  thread: { isSilent: boolean; heardAt: number },
): SourceStatus {
  const { refusedWatches: _, ...known } = latest ?? unknownStatus;
  const silent = {
    state: 'offline' as const,
    reason: 'The folder does not answer',
    reasonCode: 'no_answer' as const,
    offlineSince: thread.heardAt,
  };
  return {
    ...root,
    modeOrigin: setting === 'auto' ? 'auto' : 'setting',
    ...known,
    ...(thread.isSilent ? silent : {}),
  };
}

const unknownStatus: ScanStatus = {
  state: 'starting',
  reason: null,
  reasonCode: null,
  offlineSince: null,
  mode: 'poll',
  fileSystem: 'unknown',
  directories: 0,
  knownFiles: 0,
  lastSweep: null,
  sweepRunningSince: null,
  backfill: null,
  incomplete: 0,
  lag: null,
  refusedWatches: 0,
  unreadable: { count: 0, paths: [] },
};

function waitUnref(ms: number): Promise<false> {
  return new Promise((resolve) => setTimeout(resolve, ms, false).unref());
}
