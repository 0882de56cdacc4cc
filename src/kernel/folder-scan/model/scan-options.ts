export type ScanOptions = {
  minFileAgeMs: number;
  recentMs: number;
  pollIntervalMs: number;
  reconcileIntervalMs: number;
  /** How often the root itself is checked; default 5 s. */
  rootCheckMs?: number;
  /** How long a file must be absent before it counts as gone; default 3 s. */
  doubtMs?: number;
  /** The files lie in the root itself; folders below it are ignored. */
  flat?: boolean;
};
