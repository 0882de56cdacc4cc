import type { FolderRef } from '../../kernel/folder-scan/model/folder-ref.ts';
import {
  type FileOnDisk,
  numberOrNull,
  type PackedBatch,
  unpackBatch,
} from '../../kernel/folder-scan/model/found-batch.ts';
import type { Verdict } from '../../plant/yield.ts';
import type { FileNameFacts } from '../names/parse-file-name.ts';

/** A complete image file as the scanner found it; verdict and COUNT are null where its name does not match. */
export type FoundImage = FileOnDisk & { verdict: Verdict | null; sequence: number | null };

/** Images of one folder, to be recorded. */
export type FoundImageBatch = { folder: FolderRef; files: FoundImage[] };

/** Verdicts and COUNTs of a batch as columns, which are cheap to pass between threads. */
export type NameColumns = {
  /** 0 none, 1 OK, 2 NG */
  verdicts: Uint8Array;
  /** NaN where unknown. */
  sequences: Float64Array;
};

const verdictCodes = { OK: 1, NG: 2 } as const;
const verdicts = [null, 'OK', 'NG'] as const;

export function packNameColumns(facts: readonly (FileNameFacts | undefined)[]): NameColumns {
  const packed = { verdicts: new Uint8Array(facts.length), sequences: new Float64Array(facts.length) };
  for (const [i, fact] of facts.entries()) {
    packed.verdicts[i] = fact ? verdictCodes[fact.verdict] : 0;
    packed.sequences[i] = fact?.sequence ?? Number.NaN;
  }
  return packed;
}

export function unpackFound(packed: PackedBatch<NameColumns>): FoundImageBatch {
  return unpackBatch(packed, (columns, i) => ({
    verdict: verdicts[columns.verdicts[i] ?? 0] ?? null,
    sequence: numberOrNull(columns.sequences[i]),
  }));
}
