import type { WallClock } from '../../kernel/time/time-zone.ts';
import { compileNamePattern, type NamingSettings } from '../names/parse-file-name.ts';
import { readVerdictWords } from '../names/verdict-words.ts';
import { type Anchor, findAnchors, type SampledPath } from './find-anchors.ts';
import { type PresetKey, presets } from './presets.ts';
import { classifiedShare, type NamingTrial, tryNaming } from './try-naming.ts';
import { usualMeaning, withOpposites } from './vocabulary.ts';
import { type CutPath, cutKey, cutPath, writePattern } from './write-pattern.ts';

/** A file of a sample: its path below the watched folder, and when it was changed (epoch ms; null where unknown). */
export type SampleFile = { path: string; modifiedAt: number | null };

/** What the names did not tell; the key of a text. */
export type Untold =
  | 'verdict'
  | 'date'
  | 'time'
  | 'epoch'
  | 'count'
  | 'station'
  | 'part'
  | 'words'
  | 'others';

/** A proposed pattern, what the sample becomes under it, and what it cannot tell. */
export type NamingProposal = {
  /** The common layout it is; null for a pattern of the sample's own. */
  preset: PresetKey | null;
  naming: NamingSettings;
  trial: NamingTrial;
  untold: Untold[];
};

/** A pattern is good when it classifies this share of the names. */
export const goodShare = 0.99;

/**
 * Proposes how to read the names of a sample: a common layout where one classifies nearly all of it, else a pattern inferred
 * from the names themselves. `naming` is undefined where the names tell no verdict; then `untold` says so. The pattern must
 * still be proved safe.
 */
export function proposeNaming(
  files: readonly SampleFile[],
  wallClock: WallClock,
): NamingProposal | { naming: undefined; untold: Untold[] } {
  if (files.length === 0) return { naming: undefined, untold: [] };
  const paths = files.map(({ path }) => path);
  const preset = presets
    .map(({ key, naming }) => ({ preset: key, naming, trial: tryNaming(paths, naming, wallClock) }))
    .find(({ trial }) => classifiedShare(trial) >= goodShare);
  if (preset) return { ...preset, untold: untoldOf(preset.naming, preset.trial) };
  return inferNaming(files, wallClock);
}

/** The pattern that the names themselves show. */
function inferNaming(
  files: readonly SampleFile[],
  wallClock: WallClock,
): NamingProposal | { naming: undefined; untold: Untold[] } {
  const sampled = files.map(sampledPath);
  let best: NamingProposal | undefined;
  let hasEpochs = false;
  for (const group of groupByDepth(sampled)) {
    const found = findAnchors(group);
    hasEpochs ||= found.hasEpochs;
    const proposal = nameGroup(files, group, found.anchors, wallClock);
    if (proposal && (!best || classifiedShare(proposal.trial) > classifiedShare(best.trial))) best = proposal;
    if (best && classifiedShare(best.trial) >= goodShare) break;
  }
  const epoch: Untold[] = hasEpochs ? ['epoch'] : [];
  if (!best) return { naming: undefined, untold: ['verdict', ...epoch] };
  return { ...best, untold: [...best.untold, ...epoch] };
}

function sampledPath({ path, modifiedAt }: SampleFile): SampledPath {
  const text = path.normalize('NFC').replace(/\.[^./]+$/, '');
  return { text, nameAt: text.lastIndexOf('/') + 1, modifiedAt };
}

/** All paths together, then those of each depth, the most common first: layouts differ by depth before anything else. */
function groupByDepth(paths: readonly SampledPath[]): SampledPath[][] {
  const depths = Map.groupBy(paths, ({ text }) => text.split('/').length);
  const groups = [...depths.values()].sort((a, b) => b.length - a.length);
  return groups.length === 1 ? groups : [[...paths], ...groups];
}

function nameGroup(
  files: readonly SampleFile[],
  paths: readonly SampledPath[],
  anchors: readonly Anchor[][],
  wallClock: WallClock,
): NamingProposal | undefined {
  const judged = paths.flatMap((path, i) =>
    anchors[i]!.some(({ role }) => role === 'pass')
      ? [{ path, anchors: withStation(path, anchors[i]!) }]
      : [],
  );
  if (judged.length < paths.length / 2) return undefined;
  const { words, verdictWords, isEveryKnown } = wordsOf(judged);
  const cuts = judged.map(({ path, anchors }) => ({ path, cut: cutPath(path, anchors) }));
  const alike = [...Map.groupBy(cuts, ({ cut }) => cutKey(cut)).values()].sort((a, b) => b.length - a.length);
  const [most = [], second = []] = alike;
  const isPartOptional = second[0] !== undefined && isOneFolderLess(most[0]?.cut, second[0].cut);
  const deeper = isPartOptional && depthOf(second[0]!.cut) > depthOf(most[0]!.cut) ? second : most;
  const { pattern } = writePattern(
    deeper.map(({ cut }) => cut),
    { words, isPartOptional, texts: deeper.map(({ path }) => path.text) },
  );
  const candidates = [nameOnly(pattern), { path: pattern }].flatMap((one) => {
    const naming = one && { ...one, ...(verdictWords === '' ? {} : { verdictWords }) };
    return naming && compileNamePattern(naming).ok ? [naming] : [];
  });
  const paths2 = files.map(({ path }) => path);
  const tried = candidates.map((naming) => ({ naming, trial: tryNaming(paths2, naming, wallClock) }));
  const best = tried.reduce<(typeof tried)[number] | undefined>(
    (a, b) => (a && classifiedShare(a.trial) >= classifiedShare(b.trial) ? a : b),
    undefined,
  );
  if (!best) return undefined;
  const untold = untoldOf(best.naming, best.trial);
  return { ...best, preset: null, untold: isEveryKnown ? untold : [...untold, 'words'] };
}

/** In files that lie in no folder of a station, a word with a number in the name may be it: cam1, S9, Line-2. */
function withStation({ text, nameAt }: SampledPath, anchors: Anchor[]): Anchor[] {
  const folders = text.slice(0, nameAt);
  const hasFreeFolder = [...folders.matchAll(/[^/]+/g)].some(({ index, 0: segment }) =>
    anchors.every(({ from, to }) => to <= index || from >= index + segment.length),
  );
  if (hasFreeFolder || anchors.some(({ role }) => role === 'view')) return anchors;
  for (const { index, 0: field } of text
    .slice(nameAt)
    .matchAll(
      /(?<![\p{L}\p{N}])(?:S|ST|STN|STATION|LINE|L|CELL|CAM|CAMERA|OP|M|MACHINE|IMG|SCN)[-_]?\d{1,3}(?![\p{L}\p{N}])/giu,
    )) {
    const span = { from: nameAt + index, to: nameAt + index + field.length };
    const others = anchors.filter(
      (one) => one.role !== 'count' || one.to <= span.from || one.from >= span.to,
    );
    if (others.every(({ from, to }) => to <= span.from || from >= span.to))
      return [...others, { ...span, role: 'station' as const }].sort((a, b) => a.from - b.from);
  }
  return anchors;
}

/** The words found, with those that stand beside them in other images, and the meanings that have to be told. */
function wordsOf(judged: readonly { path: SampledPath; anchors: readonly Anchor[] }[]) {
  const found = new Set(
    judged.flatMap(({ path, anchors }) => {
      const pass = anchors.find(({ role }) => role === 'pass');
      return pass ? [path.text.slice(pass.from, pass.to).toUpperCase()] : [];
    }),
  );
  const words = withOpposites(found);
  const usual = readVerdictWords('');
  const told = words.flatMap((word) => {
    const meaning = usualMeaning(word.replace(/[^\p{L}\p{N}]+/gu, ''));
    const isUsual = meaning !== undefined && usual.ok && usual.words.get(word) === meaning;
    // A word that we do not know either is left to a person.
    return isUsual ? [] : [`${word}=${meaning ?? 'undecided'}`];
  });
  const isEveryKnown = words.every(
    (word) => usualMeaning(word.replace(/[^\p{L}\p{N}]+/gu, '')) !== undefined,
  );
  return { words, verdictWords: told.join(', '), isEveryKnown };
}

function depthOf({ gaps }: CutPath): number {
  return gaps.join('').split('/').length;
}

/** Whether two layouts differ by one folder in front of the same anchors: a station with and without models. */
function isOneFolderLess(a: CutPath | undefined, b: CutPath): boolean {
  const isSameOrder = a?.anchors.map(({ role }) => role).join() === b.anchors.map(({ role }) => role).join();
  return a !== undefined && isSameOrder && Math.abs(depthOf(a) - depthOf(b)) === 1;
}

/** The same as a pattern of the name alone, where the folders are nothing but station and model. */
function nameOnly(pattern: string): NamingSettings | undefined {
  const plain =
    /^\^\(\?<station>\[\^\/\]\+\)\/(?:\(\?<part>\[\^\/\]\+\)\/|\(\?:\(\?<part>\[\^\/\]\+\)\/\)\?)?(?:\[\^\/\]\+\/)*/;
  const rest = plain.exec(pattern);
  if (!rest) return undefined;
  const name = pattern.slice(rest[0].length);
  const isWhole = !name.includes('/') || !/[^[^]\//.test(name);
  const hasTime = name.includes('(?<date>') && name.includes('(?<time>');
  return isWhole && hasTime && !name.includes('(?<station>') ? { fileName: `^${name}` } : undefined;
}

/** What a pattern cannot tell of the images of a sample. */
function untoldOf({ fileName, path }: NamingSettings, trial: NamingTrial): Untold[] {
  const source = path ?? fileName;
  const has = (group: string) => source === undefined || source.includes(`<${group}>`);
  const untold: Untold[] = [];
  if (!has('date')) untold.push('date');
  if (!has('time')) untold.push('time');
  if (!has('count')) untold.push('count');
  if (path !== undefined && !has('station')) untold.push('station');
  if (path !== undefined && !has('part')) untold.push('part');
  if (classifiedShare(trial) < goodShare) untold.push('others');
  return untold;
}
