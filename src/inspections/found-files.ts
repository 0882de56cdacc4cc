import type { Verdict } from './model.ts';

/** A folder below a watched root, with forward slashes; '' is the root itself. */
export type FolderRef = { rootId: number; path: string; station: string; part: string };

/** One complete image file as the scanner saw it. */
export type FoundFile = {
  name: string;
  capturedAt: number;
  verdict: Verdict | null;
  sequence: number | null;
  /** Unknown for old files that the first sweep took by their name alone. */
  sizeBytes: number | null;
  modifiedAt: number | null;
};

/** Files of one folder on their way into the database; at most `maxBatchFiles`. */
export type FoundBatch = { folder: FolderRef; files: FoundFile[] };

export const maxBatchFiles = 1000;

/**
 * The same batch in a form that crosses a thread border in microseconds: columns of numbers, and the names in one
 * string. A name can hold any character but `/`, so that is what separates them.
 */
export type PackedBatch = {
  folder: FolderRef;
  names: string;
  capturedAt: Float64Array;
  /** 0 none, 1 OK, 2 NG */
  verdicts: Uint8Array;
  /** NaN where unknown, as in the two below. */
  sequences: Float64Array;
  sizes: Float64Array;
  modified: Float64Array;
};

const verdictCodes = { OK: 1, NG: 2 } as const;
const verdicts = [null, 'OK', 'NG'] as const;

export function packBatch({ folder, files }: FoundBatch): PackedBatch {
  const packed = {
    folder,
    names: files.map((file) => file.name).join('/'),
    capturedAt: new Float64Array(files.length),
    verdicts: new Uint8Array(files.length),
    sequences: new Float64Array(files.length),
    sizes: new Float64Array(files.length),
    modified: new Float64Array(files.length),
  };
  for (const [i, file] of files.entries()) {
    packed.capturedAt[i] = file.capturedAt;
    packed.verdicts[i] = file.verdict ? verdictCodes[file.verdict] : 0;
    packed.sequences[i] = file.sequence ?? Number.NaN;
    packed.sizes[i] = file.sizeBytes ?? Number.NaN;
    packed.modified[i] = file.modifiedAt ?? Number.NaN;
  }
  return packed;
}

export function unpackBatch(packed: PackedBatch): FoundBatch {
  const orNull = (value: number | undefined) => (value === undefined || Number.isNaN(value) ? null : value);
  const files = packed.names.split('/').map((name, i) => ({
    name,
    capturedAt: packed.capturedAt[i] ?? 0,
    verdict: verdicts[packed.verdicts[i] ?? 0] ?? null,
    sequence: orNull(packed.sequences[i]),
    sizeBytes: orNull(packed.sizes[i]),
    modifiedAt: orNull(packed.modified[i]),
  }));
  return { folder: packed.folder, files };
}
