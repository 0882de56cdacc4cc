import { type FoundFile, maxBatchFiles } from '../model/found-batch.ts';
import type { ScanStatus } from '../model/root-status.ts';
import { noteArrived, noteUnreadable } from '../state/folder-state.ts';
import type { NameSet } from '../state/name-set.ts';
import type { FolderState, ScanContext } from '../state/scan-context.ts';
import { createDeliveredFiles } from './delivered-files.ts';
import { inspectFile, type Look } from './inspect-file.ts';
import { createLag } from './lag.ts';
import { createWaitingFiles, maxWaitingFiles, type WaitingFile } from './waiting-files.ts';

/** Files looked at before events, timers and messages get a turn. */
const looksPerTurn = 500;
const shortestTimerMs = 5;

type Complete = Extract<Look, { state: 'complete' }>;

/**
 * The way of new files into the database: a name is offered (by an event or a sweep), its file is looked at until it is
 * complete, and complete files are sent in batches per folder.
 */
export type FileIntake = {
  /** False when full: the caller must have the folder swept again. `isFromEvent` gives the name precedence over swept ones. */
  offer(folder: FolderState, name: string, isFromEvent?: boolean): boolean;
  /** Sets the handler for names that turned out not to be files. */
  onGone(handler: (folder: FolderState, name: string) => unknown): void;
  /** Settles when there is room for many more names. */
  room(): Promise<void>;
  /** Whether a file was offered and is not recorded yet. */
  isWaiting(folder: FolderState, name: string): boolean;
  /** Treats a file that was away as new when it is offered again. */
  forget(folder: FolderState, name: string): void;
  /** The same for all files of the folder that are no longer among `names`. */
  forgetAllBut(folder: FolderState, names: NameSet): void;
  /** Settles when everything offered so far is recorded or dropped, growing files excepted. */
  settle(): Promise<void>;
  readonly waiting: number;
  /** Files that were new to the database. */
  readonly added: number;
  /** From a complete file to its row, over the newest thousand files. */
  lag(): ScanStatus['lag'];
  stop(): void;
};

/** `onDelivered` receives every file that is in the database now. */
export function createFileIntake(
  context: ScanContext,
  onDelivered: (folder: FolderState, file: FoundFile) => void = () => {},
): FileIntake {
  const waiting = createWaitingFiles();
  const delivered = createDeliveredFiles();
  const lag = createLag();
  const startedAt = context.clock.now();
  let handleGone: (folder: FolderState, name: string) => unknown = () => {};
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let added = 0;

  function offer(folder: FolderState, name: string, isFromEvent = false): boolean {
    if (!waiting.offer(folder, name, isFromEvent)) return false;
    running ??= new Promise(setImmediate).then(drain);
    return true;
  }

  async function drain(): Promise<void> {
    try {
      while (waiting.readyCount > 0 && !stopped) {
        const complete = lookAtSome();
        await Promise.all([...complete].map(([folder, looks]) => deliver(folder, looks)));
        await new Promise(setImmediate);
      }
    } finally {
      running = undefined;
      scheduleRetry();
    }
  }

  function lookAtSome(): Map<FolderState, Complete[]> {
    const complete = new Map<FolderState, Complete[]>();
    for (const file of waiting.take(looksPerTurn)) {
      const { folder, name } = file;
      const look = inspectFile(context, folder, name, { before: file.seen, isHeard: file.isHeard });
      if (look.state === 'growing') waiting.retryLater(file, look);
      else if (look.state === 'complete' && isWanted(folder, look)) {
        const looks = complete.get(folder);
        if (looks) looks.push(look);
        else complete.set(folder, [look]);
      } else drop(file, look);
    }
    return complete;
  }

  function isWanted(folder: FolderState, { file }: Complete): boolean {
    return file.capturedAt >= context.keepSince && delivered.add(folder, file);
  }

  function drop({ folder, name }: WaitingFile, look: Look): void {
    if (look.state === 'gone') {
      delivered.forget(folder, name);
      handleGone(folder, name);
    } else if (look.state === 'unreadable') {
      folder.names?.delete(name);
      folder.again = true;
      noteUnreadable(context, folder, name, look.reason);
    }
    noteArrived(context, folder, 1);
  }

  async function deliver(folder: FolderState, looks: Complete[]): Promise<void> {
    looks.sort((a, b) => b.file.capturedAt - a.file.capturedAt);
    for (let from = 0; from < looks.length; from += maxBatchFiles) {
      const batch = looks.slice(from, from + maxBatchFiles);
      const receipt = await context.send({ folder: folder.ref, files: batch.map(({ file }) => file) });
      added += receipt.added;
      if (!folder.names) folder.fileCount += receipt.added;
      noteDelivered(folder, batch);
      noteArrived(context, folder, batch.length);
    }
  }

  function noteDelivered(folder: FolderState, batch: readonly Complete[]): void {
    const now = context.clock.now();
    for (const { file, changedAt } of batch) {
      folder.names?.add(file.name);
      onDelivered(folder, file);
      // Files from before the start say nothing about the delay of new ones.
      if (changedAt > startedAt) lag.add(Math.max(now - changedAt, 0));
    }
  }

  function scheduleRetry(): void {
    const dueAt = waiting.nextDueAt();
    if (stopped || timer || dueAt === undefined) return;
    timer = setTimeout(retryDue, Math.max(dueAt - performance.now(), shortestTimerMs));
  }

  function retryDue(): void {
    timer = undefined;
    waiting.wakeDue();
    if (waiting.readyCount > 0) running ??= drain();
    else scheduleRetry();
  }

  async function settle(): Promise<void> {
    while (running) await running;
  }

  return {
    offer,
    onGone: (handler) => {
      handleGone = handler;
    },
    room: async () => {
      if (waiting.readyCount > maxWaitingFiles / 2) await settle();
    },
    isWaiting: waiting.has,
    forget: delivered.forget,
    forgetAllBut: delivered.forgetAllBut,
    settle,
    get waiting() {
      return waiting.count;
    },
    get added() {
      return added;
    },
    lag: lag.summary,
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
