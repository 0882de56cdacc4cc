import type { WallClock } from '../../kernel/time/time-zone.ts';
import {
  compileNamePattern,
  type FileNameFacts,
  type NamingSettings,
  parseFileName,
  stationAndPartOf,
} from '../names/parse-file-name.ts';

/** What a file is by its name: judged, waiting for a person, with a word that means nothing known, or not matched. */
export const nameKinds = ['OK', 'NG', 'undecided', 'unknownWord', 'unmatched'] as const;
export type NameKind = (typeof nameKinds)[number];

/** A file under a pattern; `capturedAt` is null where the name tells no time. */
export type ReadExample = {
  path: string;
  station: string;
  part: string;
  word: string | null;
  capturedAt: number | null;
  sequence: number | null;
  view: string | null;
  unit: string | null;
};

/** What a sample of files would become under a pattern: how many of each kind, and up to three of each. */
export type NamingTrial = {
  total: number;
  counts: Record<NameKind, number>;
  examples: Record<NameKind, ReadExample[]>;
  /** Matched images whose name tells no time: they count for when the file was changed. */
  timeless: number;
  /** Stations that the images would belong to, the first few. */
  stations: string[];
  stationCount: number;
};

const maxExamples = 3;
const maxStationsShown = 12;

/** Reads a path below the watched folder, forward slashes, under naming settings that compile. */
export type ReadPath = (path: string) => { kind: NameKind; facts: FileNameFacts | undefined };

/** @throws Error for settings that do not compile. */
export function pathReader(naming: NamingSettings, wallClock: WallClock): ReadPath {
  const compiled = compileNamePattern(naming);
  if (!compiled.ok) throw new Error(compiled.fault);
  const { pattern } = compiled;
  return (path) => {
    const cut = path.lastIndexOf('/');
    const facts = parseFileName(path.slice(cut + 1), pattern, wallClock, path.slice(0, Math.max(cut, 0)));
    if (facts === undefined) return { kind: 'unmatched', facts };
    if (facts.verdict !== null) return { kind: facts.verdict, facts };
    const meaning = pattern.words.get(facts.word?.toUpperCase() ?? '');
    return { kind: meaning === 'undecided' ? 'undecided' : 'unknownWord', facts };
  };
}

/** Tries settings on a sample, oldest last; the pattern must have been proved safe. */
export function tryNaming(
  paths: readonly string[],
  naming: NamingSettings,
  wallClock: WallClock,
): NamingTrial {
  const read = pathReader(naming, wallClock);
  const counts = { OK: 0, NG: 0, undecided: 0, unknownWord: 0, unmatched: 0 };
  const examples: NamingTrial['examples'] = { OK: [], NG: [], undecided: [], unknownWord: [], unmatched: [] };
  const stations = new Set<string>();
  let timeless = 0;
  for (const path of paths) {
    const { kind, facts } = read(path);
    counts[kind]++;
    const lane = stationAndPartOf(path.slice(0, Math.max(path.lastIndexOf('/'), 0)));
    const station = facts?.station ?? lane.station;
    stations.add(station);
    if (facts && facts.capturedAt === null) timeless++;
    if (examples[kind].length >= maxExamples) continue;
    examples[kind].push({
      path,
      station,
      part: facts?.part ?? lane.part,
      word: facts?.word ?? null,
      capturedAt: facts?.capturedAt ?? null,
      sequence: facts?.sequence ?? null,
      view: facts?.view ?? null,
      unit: facts?.unit ?? null,
    });
  }
  return {
    total: paths.length,
    counts,
    examples,
    timeless,
    stations: [...stations].sort().slice(0, maxStationsShown),
    stationCount: stations.size,
  };
}

/** The share of a sample that gets a verdict or waits for one, 0..1; 1 for an empty sample. */
export function classifiedShare({ total, counts: { OK, NG, undecided } }: NamingTrial): number {
  return total === 0 ? 1 : (OK + NG + undecided) / total;
}
