import { type FoundTime, findTimes, overlap, type Span } from './name-times.ts';
import { usualMeaning } from './vocabulary.ts';

/** What a stretch of a path tells; the names of the groups of a pattern. */
export type Role = 'pass' | 'date' | 'time' | 'count' | 'unit' | 'view' | 'station';

export type Anchor = Span & { role: Role };

/** A file of the sample. `text` is its path below the watched folder without the ending of its name. */
export type SampledPath = { text: string; nameAt: number; modifiedAt: number | null };

/** The stretches found in each path, in the order of the paths, and what could not be found. */
export type FoundAnchors = { anchors: Anchor[][]; hasEpochs: boolean };

/** A role is believed when nearly all paths have it; some always come from elsewhere. */
const nearlyAll = 0.95;

/**
 * Finds the verdict, date, time, COUNT, serial number and view in paths that are written alike. A role that fewer than
 * 95 % of the paths have is left out.
 */
export function findAnchors(paths: readonly SampledPath[]): FoundAnchors {
  const verdicts = findVerdicts(paths);
  const anchors = paths.map((_, i): Anchor[] => (verdicts[i] ? [{ ...verdicts[i], role: 'pass' }] : []));
  addTimes(paths, anchors);
  const hasTime = anchors.filter((list) => list.some(({ role }) => role === 'time')).length;
  const epochs = paths.filter(({ text }) => /(?<!\d)1[5-9]\d{8}(?:\d{3})?(?!\d)/.test(text)).length;
  addUnits(paths, anchors);
  addCounts(paths, anchors);
  for (const list of anchors) list.sort((a, b) => a.from - b.from);
  return { anchors, hasEpochs: hasTime === 0 && epochs > paths.length * nearlyAll };
}

/** Words of one place besides those of verdicts: more of them are names of something. */
const maxOtherWords = 6;

type Place = { spans: (Span | undefined)[]; words: Set<string>; count: number };

/** Where the verdict's word is: at the same place in nearly all paths, a whole folder before a part of a name. */
function findVerdicts(paths: readonly SampledPath[]): (Span | undefined)[] {
  const places = new Map<string, Place>();
  const unique: (Span | undefined)[] = [];
  for (const [i, path] of paths.entries()) {
    const words = wordsOf(path).filter(({ word }) => isVerdictWord(word));
    unique[i] = words.length === 1 ? words[0]?.span : undefined;
    for (const { place, span, word } of words) {
      const known = places.get(place) ?? { spans: [], words: new Set<string>(), count: 0 };
      if (known.spans[i] === undefined) known.count++;
      known.spans[i] = span;
      known.words.add(word.toUpperCase());
      places.set(place, known);
    }
  }
  const [best] = [...places].sort(
    ([, a], [, b]) => b.count - a.count || Math.min(b.words.size, 2) - Math.min(a.words.size, 2),
  );
  const uniqueCount = unique.filter((span) => span !== undefined).length;
  if (best && best[1].count >= Math.max(uniqueCount, paths.length * nearlyAll)) return best[1].spans;
  if (uniqueCount >= paths.length * nearlyAll) return unique;
  return best ? withOtherWords(paths, ...best) : [];
}

/** A place that most often has the word of a verdict, and else one of a few others: a verdict that we do not know. */
function withOtherWords(paths: readonly SampledPath[], place: string, known: Place): (Span | undefined)[] {
  if (known.count < paths.length / 2) return [];
  const others = new Set<string>();
  const spans = paths.map((path, i) => {
    const other = known.spans[i] ? undefined : wordsOf(path).find((one) => one.place === place);
    if (other) others.add(other.word.toUpperCase());
    return known.spans[i] ?? other?.span;
  });
  return others.size <= maxOtherWords ? spans : known.spans;
}

function isVerdictWord(word: string): boolean {
  return usualMeaning(word.replace(/[^\p{L}\p{N}]+/gu, '')) !== undefined;
}

type FoundWord = { place: string; span: Span; word: string };

/** The words of a path, each with the place it is described by: a whole folder, or a word of a name from its end. */
function wordsOf({ text }: SampledPath): FoundWord[] {
  const segments = [...text.matchAll(/[^/]+/g)];
  return segments.flatMap((segment, depth) => {
    const fromEnd = segments.length - 1 - depth;
    const at = { from: segment.index, to: segment.index + segment[0].length };
    const whole: FoundWord[] =
      fromEnd === 0 ? [] : [{ place: `folder ${depth}`, span: at, word: segment[0] }];
    if (fromEnd !== 0 && isVerdictWord(segment[0])) return whole;
    const tokens = [...segment[0].matchAll(/\p{L}+|\p{N}+/gu)];
    const words = tokens.map((token, i): FoundWord => {
      const from = segment.index + token.index;
      return {
        place: `${fromEnd} ${i - tokens.length}`,
        span: { from, to: from + token[0].length },
        word: token[0],
      };
    });
    return [...whole, ...words];
  });
}

/** Adds date and time: written the same way in nearly all paths, and as near to each other as possible. */
function addTimes(paths: readonly SampledPath[], anchors: Anchor[][]): void {
  const found = paths.map((path, i) => findTimes(masked(path, anchors[i]!)));
  const dates = pick(paths, found, ({ date }) => date, dateScore);
  for (const [i, time] of dates.entries()) {
    if (time?.date) anchors[i]!.push({ ...time.date, role: 'date' });
    if (time?.time) anchors[i]!.push({ ...time.time, role: 'time' });
  }
  if (dates.length === 0 || dates.some((time) => time?.time)) return;
  const rest = paths.map((path, i) => findTimes(masked(path, anchors[i]!)));
  // The time follows its date; in front of it a number is more often a counter.
  const scoreOf = ({ time }: FoundTime, _path: SampledPath, i: number) =>
    time && time.from > (dates[i]?.date?.from ?? 0) ? 1 : 0;
  const times = pick(paths, rest, ({ date, time }) => (date ? undefined : time), scoreOf);
  for (const [i, time] of times.entries()) if (time?.time) anchors[i]!.push({ ...time.time, role: 'time' });
}

/** The path with what is known already made unlike any date. */
function masked({ text }: SampledPath, anchors: readonly Anchor[]): string {
  return anchors.reduce(
    (rest, { from, to }) => rest.slice(0, from) + '\0'.repeat(to - from) + rest.slice(to),
    text,
  );
}

/**
 * Of all ways in which a date or time is written, the one that nearly all paths have; of several the one with the higher
 * mean score, then the earlier listed. Empty when there is none.
 */
function pick(
  paths: readonly SampledPath[],
  found: readonly FoundTime[][],
  spanOf: (time: FoundTime) => Span | undefined,
  scoreOf: (time: FoundTime, path: SampledPath, i: number) => number,
): (FoundTime | undefined)[] {
  const ways = new Map<string, { times: (FoundTime | undefined)[]; count: number; score: number }>();
  for (const [i, times] of found.entries()) {
    for (const time of times) {
      if (!spanOf(time)) continue;
      const way = ways.get(time.shape) ?? { times: [], count: 0, score: 0 };
      way.times[i] = time;
      way.count++;
      way.score += scoreOf(time, paths[i]!, i);
      ways.set(time.shape, way);
    }
  }
  const believed = [...ways.values()].filter(({ count }) => count >= paths.length * nearlyAll);
  const best = believed.sort((a, b) => b.score / b.count - a.score / a.count || b.count - a.count)[0];
  return best?.times ?? [];
}

/** A date with its time is better than one alone, a date in the name better than one of a folder. */
function dateScore({ date, time, shape }: FoundTime, { nameAt, text, modifiedAt }: SampledPath): number {
  const digits = text.slice(date!.from, date!.to).replace(/\D/g, '');
  const isShort = digits.length <= 6 && shape.startsWith('short') ? 1 : shape.startsWith('digits6') ? 1 : 0;
  const isNear = modifiedAt === null || !isShort || isWithinYears(digits, modifiedAt);
  return (time ? 2 : 0) + (date!.from >= nameAt ? 1 : 0) - (isShort ? 1.5 : 0) - (isNear ? 0 : 3);
}

/** Whether a date of two digits a year lies within two years of the file's change: a counter hardly does. */
function isWithinYears(digits: string, modifiedAt: number): boolean {
  const year = 2000 + Number(digits.slice(0, 2));
  return Math.abs(year - new Date(modifiedAt).getUTCFullYear()) <= 2;
}

const unitLabel = /(?:^|[^\p{L}])(?:SN|S\/N|SERIAL|SER|UNIT|BARCODE|BC|DMC|QR|UID|LOT)[-_# ]?$/iu;

/** Adds serial numbers: a labelled number, a long one, or a folder for each unit. */
function addUnits(paths: readonly SampledPath[], anchors: Anchor[][]): void {
  const isFree = (span: Span, i: number) => anchors[i]!.every((anchor) => !overlap(span, anchor));
  const found = paths.map(({ text }, i) => {
    const runs = [...text.matchAll(/[\p{L}\p{N}]+/gu)].map(({ 0: run, index }) => ({ run, from: index }));
    const labelled = runs.find(
      ({ run, from }) => /\p{N}{3}/u.test(run) && unitLabel.test(text.slice(0, from)),
    );
    const long = runs.find(
      ({ run, from }) => /\d{4}/.test(run) && run.length >= 9 && isFree(spanAt(from, run), i),
    );
    const fused = runs.find(({ run }) => /^SN?\d{4,}$/i.test(run));
    const unit = labelled ?? fused ?? long;
    return unit && isFree(spanAt(unit.from, unit.run), i) ? spanAt(unit.from, unit.run) : undefined;
  });
  const folders =
    found.filter(Boolean).length >= paths.length * nearlyAll ? found : unitFolders(paths, anchors);
  const units = new Map<string, number[]>();
  for (const [i, span] of folders.entries()) {
    if (!span) continue;
    anchors[i]!.push({ ...span, role: 'unit' });
    const unit = paths[i]!.text.slice(span.from, span.to);
    units.set(unit, [...(units.get(unit) ?? []), i]);
  }
  if ([...units.values()].some((files) => files.length > 1)) addViews(paths, anchors);
}

function spanAt(from: number, text: string): Span {
  return { from, to: from + text.length };
}

/** Folders of which there is one for every few files, with a number in their names. */
function unitFolders(paths: readonly SampledPath[], anchors: readonly Anchor[][]): (Span | undefined)[] {
  const columns = new Map<number, { spans: (Span | undefined)[]; values: Set<string>; count: number }>();
  for (const [i, { text, nameAt }] of paths.entries()) {
    for (const [depth, segment] of [...text.slice(0, nameAt).matchAll(/[^/]+/g)].entries()) {
      const span = spanAt(segment.index, segment[0]);
      if (!/\d{4}/.test(segment[0]) || anchors[i]!.some((anchor) => overlap(span, anchor))) continue;
      const column = columns.get(depth) ?? { spans: [], values: new Set<string>(), count: 0 };
      column.spans[i] = span;
      column.values.add(segment[0]);
      column.count++;
      columns.set(depth, column);
    }
  }
  const isUnits = ({ values, count }: { values: Set<string>; count: number }) =>
    count >= paths.length * nearlyAll && values.size >= 5 && values.size * 20 >= count;
  return [...columns.values()].find(isUnits)?.spans ?? [];
}

const viewWord = /^(?:cam|camera|view|top|bottom|left|right|front|back|rear|side|up|down|img|angle|pos)$/i;

/** Adds the view where several images of a unit differ by such a word in their names. */
function addViews(paths: readonly SampledPath[], anchors: Anchor[][]): void {
  const found = paths.map(({ text, nameAt }, i) => {
    for (const { 0: field, index } of text.slice(nameAt).matchAll(/[\p{L}\p{N}]+/gu)) {
      const span = spanAt(nameAt + index, field);
      const isFree = anchors[i]!.every((anchor) => !overlap(span, anchor));
      if (isFree && viewWord.test(field.replace(/\d+$/, ''))) return span;
    }
    return undefined;
  });
  if (found.filter(Boolean).length < paths.length * nearlyAll) return;
  for (const [i, span] of found.entries()) if (span) anchors[i]!.push({ ...span, role: 'view' });
}

/** Adds the COUNT: of the numbers in the name that are nothing else, the one with the most values, at last the last. */
function addCounts(paths: readonly SampledPath[], anchors: Anchor[][]): void {
  const columns = new Map<number, { spans: (Span | undefined)[]; values: Set<string>; count: number }>();
  for (const [i, { text, nameAt }] of paths.entries()) {
    const runs = [...text.slice(nameAt).matchAll(/\d+/g)]
      .map(({ 0: run, index }) => spanAt(nameAt + index, run))
      .filter((span) => span.to - span.from <= 15 && anchors[i]!.every((anchor) => !overlap(span, anchor)));
    for (const [place, span] of runs.toReversed().entries()) {
      const column = columns.get(place) ?? { spans: [], values: new Set<string>(), count: 0 };
      column.spans[i] = span;
      column.values.add(text.slice(span.from, span.to));
      column.count++;
      columns.set(place, column);
    }
  }
  const counters = [...columns.values()].filter(
    ({ count, values }) =>
      count >= paths.length * nearlyAll && (values.size >= count * 0.2 || values.size > 20 || count < 4),
  );
  const best = counters.sort((a, b) => b.values.size - a.values.size)[0];
  for (const [i, span] of (best?.spans ?? []).entries())
    if (span) anchors[i]!.push({ ...span, role: 'count' });
}
