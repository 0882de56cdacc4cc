export type ScanOptions = {
  minFileAgeMs: number;
  /** How long an image without its end must be unchanged before it counts as cut off; default 30 s. */
  cutOffMs?: number;
  recentMs: number;
  /** How long recorded files are looked at again where no event tells of a change; default `recentMs`. */
  lookAgainMs?: number;
  pollIntervalMs: number;
  reconcileIntervalMs: number;
  /** How often the root itself is checked; default 5 s. */
  rootCheckMs?: number;
  /** How long a file must be absent before it counts as gone; default 3 s. */
  doubtMs?: number;
  /** Folders outside the root that links in it may lead to; default none. */
  linksTo?: readonly string[];
  /** The files lie in the root itself; folders below it are ignored. */
  flat?: boolean;
};
