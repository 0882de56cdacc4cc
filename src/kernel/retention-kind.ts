/** So many things; `bytes` is null where they take no room of their own on a disk. */
export type Amount = { count: number; bytes: number | null };

/**
 * What there is of a kind. `oldestAt` in epoch ms UTC, null where there is none; `isCounting` where not all of it was
 * counted yet.
 */
export type Holdings = Amount & { oldestAt: number | null; isCounting?: boolean };

/** Which things of a kind go: those before an instant, or the oldest until so many bytes are free. */
export type Cut = { before: number } | { freeBytes: number };

/** What one step took away; `failed` could not be deleted and stay. After `isDone` the cut has nothing more to take. */
export type Removed = { count: number; bytes: number; failed: number; isDone: boolean };

/** Why nothing of a kind may go now: names a text of `retention.hindrance`. */
export type Hindrance = 'off' | 'offline' | 'reading' | 'readonly';

/**
 * One kind of stored thing that does not stay for ever. A feature makes the object, services.ts registers it: from then
 * on it is shown, previewed and cleaned up every night, and where `folders` says so when a disk fills up.
 */
export type RetentionKind = {
  /** Names the text `retention.kinds.<key>`; in the API and the metrics as it is. */
  key: string;
  /** In force: days and bytes to keep; 0 keeps for ever. */
  limits: { days: number; bytes: number };
  /** Whether `count` and `bytes` are worked out from counts and samples. */
  isEstimate: boolean;
  /** Folders on whose disk there is room once things of this kind are deleted; empty where that frees nothing. */
  folders(): readonly string[];
  hindrance(): Hindrance | null;
  read(): Promise<Holdings>;
  /** What a cut would take; costs no more than a page may. */
  preview(cut: Cut): Promise<Amount>;
  /** Takes the oldest of a cut away: a few milliseconds of the database at most, to be called until it is done. */
  remove(cut: Cut): Promise<Removed>;
};
