/** A number of things. `bytes` is null where deleting them frees nothing on a disk. */
export type Amount = { count: number; bytes: number | null };

/**
 * Everything stored under a policy. `oldestAt` in epoch ms UTC, null when there is nothing; `isCounting` while the count
 * is still incomplete.
 */
export type Holdings = Amount & { oldestAt: number | null; isCounting?: boolean };

/** What to delete: everything before an instant, or the oldest until so many bytes are freed. */
export type Cut = { before: number } | { freeBytes: number };

/** The result of one step; `failed` things could not be deleted and stay. After `isDone` the cut is complete. */
export type Removed = { count: number; bytes: number; failed: number; isDone: boolean };

/** Why nothing may be deleted now; also the key of a text under `retention.hindrance`. */
export type Hindrance = 'off' | 'offline' | 'reading' | 'readonly';

/**
 * How long one sort of stored data is kept. A feature creates its policy and `open-retention.ts` registers it. From then
 * on it is shown on the Retention page, previewed, applied every night, and applied when a disk listed by `folders` fills
 * up.
 */
export type RetentionPolicy = {
  /** Also the key of a text under `retention.kinds`, and the name in the API and the metrics. */
  key: string;
  /** Days and bytes to keep; 0 means no limit. */
  limits: { days: number; bytes: number };
  /** Whether `count` and `bytes` are estimated from roll-ups and samples. */
  isEstimate: boolean;
  /** Folders on whose disks a deletion frees space; empty where it frees none. */
  folders(): readonly string[];
  hindrance(): Hindrance | null;
  read(): Promise<Holdings>;
  /** What a cut would delete; cheap enough for a page. */
  preview(cut: Cut): Promise<Amount>;
  /** Deletes the oldest part of a cut, within a few milliseconds of database time. Call it until `isDone`. */
  remove(cut: Cut): Promise<Removed>;
};
