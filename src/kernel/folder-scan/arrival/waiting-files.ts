import { fileKey } from '../state/folder-state.ts';
import type { FolderState } from '../state/scan-context.ts';
import type { LastLook } from './inspect-file.ts';

/** When this many names wait, further ones are left to the next sweep. */
export const maxWaitingFiles = 50_000;
const firstRetryMs = 25;
const longestRetryMs = 1_000;

/** Times are of `performance.now()`, which a change of the system clock does not affect. */
export type WaitingFile = {
  folder: FolderState;
  name: string;
  /** Reported by an event, when it arrived or since. */
  isHeard: boolean;
  dueAt: number;
  retryMs: number;
  seen?: LastLook;
};

/** Files that are not recorded yet. Each is ready to be looked at, or still growing and due again later. */
export type WaitingFiles = {
  /** Adds a name, or makes a growing file ready at once. False when full. */
  offer(folder: FolderState, name: string, isFromEvent: boolean): boolean;
  has(folder: FolderState, name: string): boolean;
  /** Removes and yields up to `count` ready files, those reported by events first. */
  take(count: number): Generator<WaitingFile>;
  /** Puts an incomplete file back, with twice the delay of the last time. */
  retryLater(file: WaitingFile, look: { sizeBytes: number; modifiedAt: number }): void;
  /** When the next growing file is due; undefined when none grows. */
  nextDueAt(): number | undefined;
  /** Makes the growing files ready that are due by now. */
  wakeDue(): void;
  readonly readyCount: number;
  readonly count: number;
};

export function createWaitingFiles(): WaitingFiles {
  /** Ready before the swept ones: a first sweep of many images must not delay the newest. */
  const fromEvents = new Map<string, WaitingFile>();
  const fromSweeps = new Map<string, WaitingFile>();
  const growing = new Map<string, WaitingFile>();

  function offer(folder: FolderState, name: string, isFromEvent: boolean): boolean {
    const key = fileKey(folder, name);
    const waiting = growing.get(key) ?? (isFromEvent ? fromSweeps.get(key) : undefined);
    if (waiting) {
      growing.delete(key);
      fromSweeps.delete(key);
      fromEvents.set(key, { ...waiting, isHeard: waiting.isHeard || isFromEvent, retryMs: firstRetryMs });
      return true;
    }
    if (fromEvents.has(key) || fromSweeps.has(key)) return true;
    if (fromEvents.size + fromSweeps.size + growing.size >= maxWaitingFiles) return false;
    folder.waiting++;
    const ready = isFromEvent ? fromEvents : fromSweeps;
    ready.set(key, { folder, name, isHeard: isFromEvent, dueAt: 0, retryMs: firstRetryMs });
    return true;
  }

  function* ready(): Generator<[string, WaitingFile]> {
    yield* fromEvents;
    yield* fromSweeps;
  }

  function* take(count: number): Generator<WaitingFile> {
    let taken = 0;
    for (const [key, file] of ready()) {
      if (taken++ >= count) return;
      fromEvents.delete(key);
      fromSweeps.delete(key);
      yield file;
    }
  }

  function retryLater(file: WaitingFile, look: { sizeBytes: number; modifiedAt: number }): void {
    const now = performance.now();
    const isSame = file.seen?.sizeBytes === look.sizeBytes && file.seen.modifiedAt === look.modifiedAt;
    const unchangedSince = isSame && file.seen ? file.seen.unchangedSince : now;
    growing.set(fileKey(file.folder, file.name), {
      folder: file.folder,
      name: file.name,
      isHeard: file.isHeard,
      dueAt: now + file.retryMs,
      retryMs: Math.min(file.retryMs * 2, longestRetryMs),
      seen: { sizeBytes: look.sizeBytes, modifiedAt: look.modifiedAt, unchangedSince },
    });
  }

  function wakeDue(): void {
    const now = performance.now();
    for (const [key, file] of growing) {
      if (file.dueAt > now) continue;
      growing.delete(key);
      fromEvents.set(key, file);
    }
  }

  return {
    offer,
    has: (folder, name) => {
      const key = fileKey(folder, name);
      return fromEvents.has(key) || fromSweeps.has(key) || growing.has(key);
    },
    take,
    retryLater,
    nextDueAt: () => {
      if (growing.size === 0) return undefined;
      return Math.min(...growing.values().map((file) => file.dueAt));
    },
    wakeDue,
    get readyCount() {
      return fromEvents.size + fromSweeps.size;
    },
    get count() {
      return fromEvents.size + fromSweeps.size + growing.size;
    },
  };
}
