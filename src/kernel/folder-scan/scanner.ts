import { Worker } from 'node:worker_threads';
import { unpackBatch } from '../../inspections/found-files.ts';
import type { SourceStatus } from '../../inspections/model.ts';
import type { Recorded, RecordInspections } from '../../inspections/record-inspections.ts';
import type { Clock } from '../clock.ts';
import { collectGarbage } from '../collect-garbage.ts';
import type { Log } from '../log.ts';
import { type ScanStatus, startingStatus, type WatchMode } from './engine.ts';
import type { FromScanner, ScanThreadData, ToScanner } from './messages.ts';

/** A scanner thread that has not spoken for this long hangs in a file system that does not answer. */
const silentThreadMs = 15_000;
/** A small young generation keeps the garbage of a million names from becoming resident memory. */
const threadLimits = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 512 };
const restartDelayMs = 2_000;
const restMs = 1_000;
const writeRetryMs = 1_000;
const rescanTimeoutMs = 60_000;

export type RescanOutcome = { scanned: number; added: number; note: string | null };

type Found = Extract<FromScanner, { type: 'found' }>;
type Missing = Extract<FromScanner, { type: 'missing' }>;

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
  const writing = new Set<Promise<void>>();
  let restart: NodeJS.Timeout | undefined;

  async function launch(): Promise<void> {
    try {
      const folders = await options.readFolders();
      if (!stopping) worker = startThread({ ...data, folders });
      // Asked for while there was no thread.
      for (const id of rescans.keys()) post({ type: 'rescan', id });
    } catch (error) {
      log.error({ err: error }, 'The scanner thread could not be started; trying again');
      launchAgain(restartDelayMs);
    }
  }

  function launchAgain(delayMs: number): void {
    if (!stopping) restart = setTimeout(() => void launch(), delayMs);
  }

  function startThread(threadData: ScanThreadData): Worker {
    const thread = new Worker(new URL('./thread.ts', import.meta.url), {
      workerData: threadData,
      resourceLimits: threadLimits,
    });
    thread.on('message', (message: FromScanner) => handle(message, (receipt) => thread.postMessage(receipt)));
    thread.on('error', (error) =>
      log.error({ err: error }, 'The scanner thread failed and is started again'),
    );
    thread.on('exit', (code) => {
      worker = undefined;
      for (const settle of rescans.values())
        settle({ scanned: 0, added: 0, note: 'the scanner was restarted' });
      rescans.clear();
      launchAgain(code === 0 ? 0 : restartDelayMs);
      // The thread ended by itself after a large sweep: measured 330 MB before and 230 MB after a million images.
      if (code === 0 && !stopping) setTimeout(collectGarbage, restMs).unref();
    });
    return thread;
  }

  /** A receipt goes to the very thread that asked for it: ids begin anew with each. */
  function handle(message: FromScanner, answer: (receipt: ToScanner) => void): void {
    heardAt = clock.now();
    switch (message.type) {
      case 'found':
        keepUntilDone(takeFound(message, answer));
        break;
      case 'missing':
        keepUntilDone(takeMissing(message, answer));
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

  function keepUntilDone(work: Promise<void>): void {
    const kept = work.finally(() => writing.delete(kept));
    writing.add(kept);
  }

  function takeStatus(status: ScanStatus): void {
    const isNews = JSON.stringify(status) !== JSON.stringify(latest);
    latest = status;
    if (isNews) options.onStatus();
  }

  async function takeFound(message: Found, answer: (receipt: ToScanner) => void): Promise<void> {
    const batch = unpackBatch(message.batch);
    const recorded = await untilWritten(() => record.recordFound(batch));
    if (!recorded) return;
    if (recorded.stationIds.length > 0) options.onRecorded(recorded);
    await new Promise(setImmediate);
    answer({ type: 'receipt', id: message.id, added: recorded.added });
  }

  async function takeMissing(message: Missing, answer: (receipt: ToScanner) => void): Promise<void> {
    const recorded = await untilWritten(() => record.recordMissing(message.folder, message.names));
    if (!recorded) return;
    if (recorded.stationIds.length > 0) options.onRecorded(recorded);
    answer({ type: 'receipt', id: message.id, added: 0 });
  }

  /**
   * A full disk or a locked database holds the scanner up, but loses nothing: the same batch is tried until it fits, at
   * the end of the process once.
   */
  async function untilWritten<T>(write: () => Promise<T>): Promise<T | undefined> {
    for (;;) {
      try {
        return await write();
      } catch (error) {
        if (stopping) return undefined;
        log.error({ err: error }, 'Images could not be recorded; trying again');
        await new Promise((resolve) => setTimeout(resolve, writeRetryMs));
      }
    }
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
      await Promise.all(writing);
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
  const known = latest ?? startingStatus(setting);
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

function waitUnref(ms: number): Promise<false> {
  return new Promise((resolve) => setTimeout(resolve, ms, false).unref());
}
