export type ScanOptions = {
  minFileAgeMs: number;
  recentMs: number;
  pollIntervalMs: number;
  reconcileIntervalMs: number;
  /** How often the root itself is looked at; 5 s unless told otherwise. */
  rootCheckMs?: number;
  /** How long a file must stay away until it counts as gone; 3 s unless told otherwise. */
  doubtMs?: number;
  /** True where the files lie in the root itself: folders below it do not matter. */
  flat?: boolean;
};
