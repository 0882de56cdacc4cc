import type { FolderRef } from '../../kernel/folder-scan/model/folder-ref.ts';
import {
  type FileOnDisk,
  numberOrNull,
  type PackedBatch,
  unpackBatch,
} from '../../kernel/folder-scan/model/found-batch.ts';
import type { Verdict } from '../../plant/yield.ts';
import type { FileNameFacts } from '../names/parse-file-name.ts';

/** A complete image file as the scanner found it; verdict, word and COUNT are null where its name does not match. */
export type FoundImage = FileOnDisk & {
  verdict: Verdict | null;
  /** The verdict's word where it means neither OK nor NG. */
  word: string | null;
  sequence: number | null;
  view: string | null;
  /** Serial number. */
  unit: string | null;
  /** Where the pattern tells them; null: those of the folder. */
  station: string | null;
  part: string | null;
};

/** Images of one folder, to be recorded. */
export type FoundImageBatch = { folder: FolderRef; files: FoundImage[] };

/** What the names of a batch say, as columns, which are cheap to pass between threads. */
export type NameColumns = {
  /** 0 none, 1 OK, 2 NG */
  verdicts: Uint8Array;
  /** NaN where unknown. */
  sequences: Float64Array;
  /** Texts of each kind that any name of the batch has, joined by `separator`; '' where a name has none. */
  texts: Partial<Record<NameText, string>>;
};

const verdictCodes = { OK: 1, NG: 2 } as const;
const verdicts = [null, 'OK', 'NG'] as const;
const nameTexts = ['word', 'view', 'unit', 'station', 'part'] as const;
type NameText = (typeof nameTexts)[number];
/** No path contains these. */
const separator = '\0';
/** The name says that there is none, where '' leaves it to the folder. */
const none = '\u0001';

export function packNameColumns(facts: readonly (FileNameFacts | undefined)[]): NameColumns {
  const packed: NameColumns = {
    verdicts: new Uint8Array(facts.length),
    sequences: new Float64Array(facts.length),
    texts: {},
  };
  for (const [i, fact] of facts.entries()) {
    packed.verdicts[i] = fact?.verdict ? verdictCodes[fact.verdict] : 0;
    packed.sequences[i] = fact?.sequence ?? Number.NaN;
  }
  for (const key of nameTexts) {
    if (facts.some((fact) => fact?.[key] !== undefined)) {
      packed.texts[key] = facts.map((fact) => packText(key, fact?.[key])).join(separator);
    }
  }
  return packed;
}

function packText(key: NameText, text: string | undefined): string {
  return key === 'part' && text === '' ? none : (text ?? '');
}

export function unpackFound(packed: PackedBatch<NameColumns>): FoundImageBatch {
  const { texts } = packed.columns;
  const listOf = (key: NameText) => texts[key]?.split(separator);
  const [words, views, units, stations, parts] = nameTexts.map(listOf);
  return unpackBatch(packed, (columns, i) => ({
    verdict: verdicts[columns.verdicts[i] ?? 0] ?? null,
    word: words?.[i] || null,
    sequence: numberOrNull(columns.sequences[i]),
    view: views?.[i] || null,
    unit: units?.[i] || null,
    station: stations?.[i] || null,
    part: parts?.[i] === none ? '' : parts?.[i] || null,
  }));
}
