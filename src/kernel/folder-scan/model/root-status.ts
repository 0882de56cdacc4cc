/** Why a watched root is offline: names a text of `offlineReason`. */
export type OfflineReason =
  | 'missing'
  | 'not_a_folder'
  | 'no_permission'
  | 'not_connected'
  | 'emptied'
  | 'no_answer'
  | 'unwatched'
  | 'other';

/** How changes are noticed; `auto` goes by the file system. */
export type WatchMode = 'auto' | 'events' | 'poll';

/** One finished walk over a root. A reconcile lists every folder again, whatever its modification time says. */
export type SweepReport = {
  kind: 'sweep' | 'reconcile';
  startedAt: number;
  durationMs: number;
  filesSeen: number;
  filesAdded: number;
};

/** How one watched root is doing. */
export type RootStatus = {
  id: number;
  path: string;
  state: 'starting' | 'online' | 'offline' | 'empty';
  /** Why it is offline, in plain English words. */
  reason: string | null;
  /** The same for pages, which say it in the reader's language. */
  reasonCode: OfflineReason | null;
  /** How changes are noticed: events of the file system plus sweeps, or sweeps alone. */
  mode: 'events' | 'poll';
  /** 'auto' when the file system decided, else the setting. */
  modeOrigin: 'auto' | 'setting';
  fileSystem: string;
  directories: number;
  knownFiles: number;
  lastSweep: SweepReport | null;
  sweepRunningSince: number | null;
  /** Reading older images: files counted so far of all found; null when nothing is left. */
  backfill: { done: number; total: number; startedAt: number } | null;
  /** From a complete file to its row in the database, milliseconds: recent median and 99th percentile. */
  lag: { p50Ms: number; p99Ms: number; samples: number } | null;
  /** Files seen but not complete yet. */
  incomplete: number;
  /** Folders, and images whose names are no UTF-8, that cannot be read: how many, and the first of them by path. */
  unreadable: { count: number; paths: string[] };
  offlineSince: number | null;
  /** The other process that watches it, as a name for people; null when this one does. */
  watchedBy: string | null;
};

/** What the scanner thread knows of its own work; the rest of a root's status is known to the main thread. */
export type ScanStatus = Omit<RootStatus, 'id' | 'path' | 'modeOrigin' | 'watchedBy'>;

export function startingStatus(watchMode: WatchMode): ScanStatus {
  return {
    state: 'starting',
    reason: null,
    reasonCode: null,
    directories: 0,
    knownFiles: 0,
    lastSweep: null,
    sweepRunningSince: null,
    backfill: null,
    incomplete: 0,
    mode: watchMode === 'events' ? 'events' : 'poll',
    fileSystem: 'unknown',
    lag: null,
    offlineSince: null,
    unreadable: { count: 0, paths: [] },
  };
}

/** A root's status: the thread's own word, unless it has fallen silent. */
export function rootStatus(
  root: { id: number; path: string },
  setting: WatchMode,
  latest: ScanStatus | undefined,
  thread: { isSilent: boolean; heardAt: number },
): RootStatus {
  const known = latest ?? startingStatus(setting);
  const silent = {
    state: 'offline' as const,
    reason: 'The folder does not answer',
    reasonCode: 'no_answer' as const,
    offlineSince: thread.heardAt,
  };
  return {
    id: root.id,
    path: root.path,
    modeOrigin: setting === 'auto' ? 'auto' : 'setting',
    watchedBy: null,
    ...known,
    ...(thread.isSilent ? silent : {}),
  };
}
