import { Worker } from 'node:worker_threads';
import { collectGarbage } from '../../jobs/collect-garbage.ts';
import type { Log } from '../../log.ts';
import type { Clock } from '../../time/clock.ts';
import type { FolderRef } from '../model/folder-ref.ts';
import type { PackedBatch } from '../model/found-batch.ts';
import type { RescanResult } from '../model/rescan-result.ts';
import { type RootStatus, rootStatus, type ScanStatus, type SweepReport } from '../model/root-status.ts';
import type {
  FromScanner,
  KnownRoot,
  ListedFolder,
  ScanThreadData,
  ToScanner,
} from '../model/scan-messages.ts';
import { createOpenRescans } from './open-rescans.ts';

/** A scanner thread that has not spoken for this long hangs in a file system that does not answer. */
const silentThreadMs = 15_000;
/** A small young generation keeps the garbage of a million names from becoming resident memory. */
const threadLimits = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 512 };
const restartDelayMs = 2_000;
const restMs = 1_000;
const writeRetryMs = 1_000;

type Root = { id: number; path: string };
type Found = Extract<FromScanner, { type: 'found' }>;
type Missing = Extract<FromScanner, { type: 'missing' }>;

/** Watched roots, the one thread that serves them, kept alive, and what is known of its work. */
export type Scanner = {
  /** Watches one more root; nothing happens when it is watched already. The first one starts the thread. */
  watch(root: Root): void;
  /** Watches a root no longer; what was found of it stays recorded. */
  forget(rootId: number): void;
  list(): RootStatus[];
  /** Files of an earlier time are passed over from now on. */
  keepSince(at: number): void;
  /** Files of a folder were deleted on purpose. */
  noteCleared(folder: FolderRef, names: readonly string[]): void;
  /** Sweeps all roots now and answers once what was found is recorded. */
  rescan(): Promise<RescanResult>;
  stop(): Promise<void>;
};

/**
 * `Columns` is what the reading packs of a batch, `Recorded` what a write answers. Writes are tried again until they do
 * not throw, and may bring what is recorded already: a file as it was, with new content, or back after it was missing.
 */
export type ScannerOptions<Columns, Recorded extends { added: number }> = {
  thread: ScanThreadData;
  recordFound(batch: PackedBatch<Columns>): Promise<Recorded>;
  recordMissing(folder: FolderRef, names: readonly string[]): Promise<Recorded>;
  /** The listings told by `onListed`, read anew at every start of the thread. */
  readListings(rootId: number): Promise<ListedFolder[]>;
  /** Files of an earlier time are passed over; read anew at every start of the thread. None are where it is left out. */
  readKeepSince?(): Promise<number>;
  onRecorded(recorded: Recorded): void;
  /** All of a folder's listing is recorded, so that a restart may pass over it while it is unchanged. */
  onListed(folder: FolderRef, listed: ListedFolder): void;
  onSweep(rootId: number, sweep: SweepReport): void;
  onStatus(): void;
  clock: Clock;
  log: Log;
};

export function startScanner<Columns, Recorded extends { added: number }>(
  options: ScannerOptions<Columns, Recorded>,
): Scanner {
  const { clock, log } = options;
  const roots = new Map<number, { root: Root; latest?: ScanStatus }>();
  const writing = new Set<Promise<void>>();
  let worker: Worker | undefined;
  let heardAt = clock.now();
  /** Roots whose listings are being read for the thread. */
  let opening = 0;
  let stopping = false;
  let restart: NodeJS.Timeout | undefined;
  const rescans = createOpenRescans((id) => {
    // One asked for while a root is on its way to the thread goes after it.
    if (!worker || opening > 0) return false;
    post({ type: 'rescan', id });
    return true;
  });

  function launch(): void {
    restart = undefined;
    try {
      worker = startThread();
      for (const { root } of roots.values()) void open(root, worker);
      rescans.post();
    } catch (error) {
      log.error({ err: error }, 'The scanner thread could not be started; trying again');
      launchAgain(restartDelayMs);
    }
  }

  function launchAgain(delayMs: number): void {
    if (!stopping) restart = setTimeout(launch, delayMs);
  }

  function isServedBy(root: Root, thread: Worker): boolean {
    return !stopping && worker === thread && roots.get(root.id)?.root === root;
  }

  /** Gives the thread a root, with what was listed of it before. */
  async function open(root: Root, thread: Worker): Promise<void> {
    opening++;
    while (isServedBy(root, thread)) {
      try {
        const folders = await options.readListings(root.id);
        const keepSince = (await options.readKeepSince?.()) ?? Number.NEGATIVE_INFINITY;
        const known: KnownRoot = { ...root, folders, keepSince };
        if (isServedBy(root, thread)) thread.postMessage({ type: 'watch', root: known });
        break;
      } catch (error) {
        log.error({ err: error }, 'A watched folder could not be opened; trying again');
        await waitUnref(restartDelayMs);
      }
    }
    opening--;
    rescans.post();
  }

  function startThread(): Worker {
    const thread = new Worker(new URL('../thread/thread.ts', import.meta.url), {
      workerData: options.thread,
      resourceLimits: threadLimits,
    });
    thread.on('message', (message: FromScanner) => handle(message, (receipt) => thread.postMessage(receipt)));
    thread.on('error', (error) =>
      log.error({ err: error }, 'The scanner thread failed and is started again'),
    );
    thread.on('exit', (code) => {
      worker = undefined;
      rescans.giveUp();
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
        options.onListed(message.folder, message.listed);
        break;
      case 'sweep':
        options.onSweep(message.rootId, message.sweep);
        break;
      case 'rescanned':
        rescans.settle(message.id, message.result);
        break;
      case 'status':
        takeStatus(message.roots);
    }
  }

  function keepUntilDone(work: Promise<void>): void {
    const kept = work.finally(() => writing.delete(kept));
    writing.add(kept);
  }

  function takeStatus(news: Extract<FromScanner, { type: 'status' }>['roots']): void {
    let isNews = false;
    for (const { rootId, status } of news) {
      const known = roots.get(rootId);
      if (!known || JSON.stringify(status) === JSON.stringify(known.latest)) continue;
      known.latest = status;
      isNews = true;
    }
    if (isNews) options.onStatus();
  }

  async function takeFound(message: Found, answer: (receipt: ToScanner) => void): Promise<void> {
    const batch = message.batch as PackedBatch<Columns>;
    const recorded = await untilWritten(
      () => options.recordFound(batch),
      log,
      () => stopping,
    );
    if (!recorded) return;
    options.onRecorded(recorded);
    await new Promise(setImmediate);
    answer({ type: 'receipt', id: message.id, added: recorded.added });
  }

  async function takeMissing(message: Missing, answer: (receipt: ToScanner) => void): Promise<void> {
    const recorded = await untilWritten(
      () => options.recordMissing(message.folder, message.names),
      log,
      () => stopping,
    );
    if (!recorded) return;
    options.onRecorded(recorded);
    answer({ type: 'receipt', id: message.id, added: 0 });
  }

  function post(message: ToScanner): void {
    worker?.postMessage(message);
  }

  function watch(root: Root): void {
    if (stopping || roots.has(root.id)) return;
    roots.set(root.id, { root });
    if (worker) void open(root, worker);
    else if (!restart) {
      heardAt = clock.now();
      launch();
    }
  }

  return {
    watch,
    forget: (rootId) => {
      if (roots.delete(rootId)) post({ type: 'forget', rootId });
    },
    list: () => {
      const thread = { isSilent: clock.now() - heardAt > silentThreadMs, heardAt };
      return [...roots.values()].map(({ root, latest }) =>
        rootStatus(root, options.thread.watchMode, latest, thread),
      );
    },
    keepSince: (at) => post({ type: 'keepSince', at }),
    noteCleared: (folder, names) => post({ type: 'cleared', folder, names }),
    rescan: async () => (roots.size === 0 ? { scanned: 0, added: 0, note: null } : rescans.ask()),
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

/**
 * A full disk or a locked database holds the scanner up, but loses nothing: the same batch is tried until it fits, at
 * the end of the process once.
 */
async function untilWritten<T>(
  write: () => Promise<T>,
  log: Log,
  isStopping: () => boolean,
): Promise<T | undefined> {
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (isStopping()) return undefined;
      log.error({ err: error }, 'Images could not be recorded; trying again');
      await new Promise((resolve) => setTimeout(resolve, writeRetryMs));
    }
  }
}

function waitUnref(ms: number): Promise<false> {
  return new Promise((resolve) => setTimeout(resolve, ms, false).unref());
}
