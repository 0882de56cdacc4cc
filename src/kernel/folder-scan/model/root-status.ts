/** Why a watched root is offline; the key of a text below `offlineReason`. */
export type OfflineReason =
  | 'missing'
  | 'not_a_folder'
  | 'no_permission'
  | 'not_connected'
  | 'emptied'
  | 'no_answer'
  | 'unwatched'
  | 'other';

/** How changes are noticed; `auto` decides by the file system. */
export type WatchMode = 'auto' | 'events' | 'poll';

/** One finished walk over a root. A reconcile lists every folder, whatever its modification time. */
export type SweepReport = {
  kind: 'sweep' | 'reconcile';
  startedAt: number;
  durationMs: number;
  filesSeen: number;
  filesAdded: number;
};

/** The status of one watched root. */
export type RootStatus = {
  id: number;
  path: string;
  state: 'starting' | 'online' | 'offline' | 'empty';
  /** Why it is offline, in English. */
  reason: string | null;
  /** The same for pages, which translate it. */
  reasonCode: OfflineReason | null;
  /** File-system events plus sweeps, or sweeps alone. */
  mode: 'events' | 'poll';
  /** 'auto' when the file system decided, 'setting' when the setting did. */
  modeOrigin: 'auto' | 'setting';
  fileSystem: string;
  directories: number;
  knownFiles: number;
  lastSweep: SweepReport | null;
  sweepRunningSince: number | null;
  /** Older images: recorded so far out of all found; null when none are left. */
  backfill: { done: number; total: number; startedAt: number } | null;
  /** Milliseconds from a complete file to its row: recent median and 99th percentile. */
  lag: { p50Ms: number; p99Ms: number; samples: number } | null;
  /** Files seen but not complete yet. */
  incomplete: number;
  /** Folders and images that cannot be read, as well as names that are not UTF-8: how many, and the first paths. */
  unreadable: { count: number; paths: string[] };
  /** What the last listing of each folder left out, by reason: how many, and up to three paths. */
  leftOut: { reason: 'excluded' | 'link' | 'old'; count: number; names: string[] }[];
  offlineSince: number | null;
  /** Display name of the other process that watches it; null when this one does. */
  watchedBy: string | null;
};

/** The part of a root's status that the scanner thread reports; the main thread adds the rest. */
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
    leftOut: [],
  };
}

/** A root's status as the thread last reported it; offline when the thread has been silent for too long. */
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
