import type { FolderRef } from './folder-ref.ts';
import type { NameFacts, Reading } from './name-reading.ts';

/** One complete image file. */
export type FileOnDisk = {
  name: string;
  /**
   * Epoch ms: the time in the name, else the modification time; the time it was found where either lies further ahead of
   * this machine's clock than clocks differ.
   */
  capturedAt: number;
  /** The time in the name, epoch ms, where it was not believed; else null. */
  namedAt: number | null;
  /** Null, as `modifiedAt` and `inode`, for old files that a sweep recorded by name alone. */
  sizeBytes: number | null;
  modifiedAt: number | null;
  /** The file's number on its disk, which a rename keeps; null where the file system makes numbers up. */
  inode: number | null;
  /** Whether an event reported it, so that it was found as it arrived. */
  isHeard: boolean;
};

/** The same within the scanner thread, with the facts read from its name. */
export type FoundFile = FileOnDisk & { facts: NameFacts | undefined };

/** Files of one folder to be recorded; at most `maxBatchFiles`. */
export type FoundBatch = { folder: FolderRef; files: FoundFile[] };

export const maxBatchFiles = 1000;

/**
 * The same batch in a form that crosses a thread border in microseconds: columns of numbers, and the names in one
 * string, separated by `/`, the one character that no name contains.
 */
export type PackedBatch<Columns = unknown> = {
  folder: FolderRef;
  names: string;
  capturedAt: Float64Array;
  /** NaN where unknown, as in the next three. */
  sizes: Float64Array;
  modified: Float64Array;
  named: Float64Array;
  inodes: Float64Array;
  heard: Uint8Array;
  /** The facts, packed by the feature's reading. */
  columns: Columns;
};

export function packBatch({ folder, files }: FoundBatch, { pack }: Pick<Reading, 'pack'>): PackedBatch {
  const packed = {
    folder,
    names: files.map((file) => file.name).join('/'),
    capturedAt: new Float64Array(files.length),
    sizes: new Float64Array(files.length),
    modified: new Float64Array(files.length),
    named: new Float64Array(files.length),
    inodes: new Float64Array(files.length),
    heard: new Uint8Array(files.length),
    columns: pack(files.map((file) => file.facts)),
  };
  for (const [i, file] of files.entries()) {
    packed.capturedAt[i] = file.capturedAt;
    packed.sizes[i] = file.sizeBytes ?? Number.NaN;
    packed.modified[i] = file.modifiedAt ?? Number.NaN;
    packed.named[i] = file.namedAt ?? Number.NaN;
    packed.inodes[i] = file.inode ?? Number.NaN;
    packed.heard[i] = Number(file.isHeard);
  }
  return packed;
}

/** Unpacks the files of a batch; `extraOf` returns the feature's own properties of the file at index `i`. */
export function unpackBatch<Columns, Extra extends object>(
  packed: PackedBatch<Columns>,
  extraOf: (columns: Columns, i: number) => Extra,
): { folder: FolderRef; files: (FileOnDisk & Extra)[] } {
  const files = packed.names.split('/').map((name, i) => ({
    // Spread first: faster than last, where V8 copies one property at a time (measured).
    ...extraOf(packed.columns, i),
    name,
    capturedAt: packed.capturedAt[i] ?? 0,
    sizeBytes: numberOrNull(packed.sizes[i]),
    modifiedAt: numberOrNull(packed.modified[i]),
    namedAt: numberOrNull(packed.named[i]),
    inode: numberOrNull(packed.inodes[i]),
    isHeard: packed.heard[i] === 1,
  }));
  return { folder: packed.folder, files };
}

/** A number of a packed column, where NaN means none. */
export function numberOrNull(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}
