import type { Anchor, SampledPath } from './find-anchors.ts';

/** A path cut at its anchors: the text before each, and behind the last. */
export type CutPath = { anchors: readonly Anchor[]; gaps: readonly string[] };

export function cutPath({ text }: SampledPath, anchors: readonly Anchor[]): CutPath {
  const gaps = anchors.map(({ from }, i) => text.slice(anchors[i - 1]?.to ?? 0, from));
  return { anchors, gaps: [...gaps, text.slice(anchors.at(-1)?.to ?? 0)] };
}

/** Paths of equal keys are written by one pattern: the same roles in the same order, in equally deep folders. */
export function cutKey({ anchors, gaps }: CutPath): string {
  const depths = gaps.map((gap) => gap.split('/').length);
  return [...anchors.map(({ role }) => role), ...depths].join(' ');
}

export type WriteOptions = {
  /** The words of the verdict. */
  words: readonly string[];
  /** Whether the folder of the model may be absent. */
  isPartOptional: boolean;
  texts: readonly string[];
};

/**
 * Writes the pattern of paths with equal `cutKey`. The first folder without another meaning is the station, the second
 * the model. `told` lists the roles that the pattern has groups for.
 */
export function writePattern(
  cuts: readonly CutPath[],
  options: WriteOptions,
): { pattern: string; told: Set<string> } {
  const roles = cuts[0]!.anchors.map(({ role }) => role);
  const told = new Set<string>(roles);
  const lanes = ['station', 'part'].filter((lane) => !told.has(lane));
  const generic = genericFolders(cuts);
  let wholeCount = 0;
  let pattern = '^';
  for (const [i, first] of cuts[0]!.gaps.entries()) {
    const columns = first.split('/').map((_, k) => cuts.map(({ gaps }) => gaps[i]!.split('/')[k] ?? ''));
    for (const [k, texts] of columns.entries()) {
      const isLast = k === columns.length - 1;
      // A whole folder: it begins at a slash or at the start, and ends at a slash.
      const isWhole = !isLast && (k > 0 || i === 0);
      const isGeneric = isWhole && wholeCount++ < generic;
      const lane = isWhole && !isGeneric ? lanes.shift() : undefined;
      if (lane) told.add(lane);
      const isOptional = lane === 'part' && options.isPartOptional;
      const body = isWhole ? (lane ? `(?<${lane}>[^/]+)` : '[^/]+') : writeText(texts);
      pattern += isOptional ? `(?:${body}/)?` : `${body}${isLast ? '' : '/'}`;
    }
    const role = roles[i];
    if (role) pattern += `(?<${role}>${writeGroup(role, i, cuts, options)})`;
  }
  return { pattern: `${pattern}\\.(?:jpe?g|png)$`, told };
}

const genericName =
  /^(?:images?|img|imgs|pictures?|pics|photos?|data|archive|exports?|results?|output|sd\d*|logimage|bilder|hist(?:ory)?)$/i;

/** How many of the first whole folders are no station: by their name, or because they alone never change. */
function genericFolders(cuts: readonly CutPath[]): number {
  const whole = cuts.map(({ gaps }) =>
    gaps.flatMap((gap, i) =>
      gap.split('/').filter((_, k, list) => k < list.length - 1 && (k > 0 || i === 0)),
    ),
  );
  const [first = []] = whole;
  let count = 0;
  for (const [k, name] of first.entries()) {
    const values = new Set(whole.map((folders) => folders[k]));
    const next = new Set(whole.map((folders) => folders[k + 1]));
    const isLoneConstant = values.size === 1 && first.length - k > 2 && next.size > 1;
    if (first.length - k < 2 || !(isLoneConstant || (values.size === 1 && genericName.test(name)))) break;
    count++;
  }
  return count;
}

function writeGroup(
  role: Anchor['role'],
  i: number,
  cuts: readonly CutPath[],
  { words, texts }: WriteOptions,
): string {
  if (role === 'pass') {
    return [...words]
      .sort((a, b) => b.length - a.length || (a < b ? -1 : 1))
      .map(escapeText)
      .join('|');
  }
  const values = cuts.map((cut, k) => texts[k]!.slice(cut.anchors[i]!.from, cut.anchors[i]!.to));
  if (role === 'unit' || role === 'view' || role === 'station') return fieldOf(values);
  return role === 'count' ? String.raw`\d+` : digitsOf(values);
}

/** Digits with the separators of the values: `\d{4}-\d{2}-\d{2}`. */
function digitsOf(values: readonly string[]): string {
  const [first = ''] = values;
  const pieces = first.split(/(\D+)/);
  const isAlike = values.every((value) => value.split(/(\D+)/).length === pieces.length);
  if (!isAlike) return String.raw`[\d._:, -]+`;
  return pieces
    .map((_, k) => {
      const column = values.map((value) => value.split(/(\D+)/)[k] ?? '');
      if (k % 2 === 1) return new Set(column).size === 1 ? escapeText(column[0] ?? '') : '[-_.:,hm ]';
      const lengths = column.map(({ length }) => length);
      const [least, most] = [Math.min(...lengths), Math.max(...lengths)];
      if (most === 0) return '';
      return least === most ? `\\d{${least}}` : `\\d{${least},${most}}`;
    })
    .join('');
}

/** A serial number or the name of a view. */
function fieldOf(values: readonly string[]): string {
  if (values.every((value) => /^\d+$/.test(value))) return String.raw`\d+`;
  return values.every((value) => /^[A-Za-z\d]+$/.test(value)) ? String.raw`[A-Za-z\d]+` : '[^/]+?';
}

/** The text beside anchors within a name: what never changes literally, numbers and words by their kind. */
function writeText(texts: readonly string[]): string {
  const pieces = texts.map((text) => text.split(/([^\p{L}\p{N}]+)/u));
  const [first = []] = pieces;
  const isAlike = pieces.every(
    (list) => list.length === first.length && list.every((piece, k) => k % 2 === 0 || piece === first[k]),
  );
  if (!isAlike) return '[^/]*?';
  return first
    .map((piece, k) => {
      if (k % 2 === 1) return escapeText(piece);
      const column = new Set(pieces.map((list) => list[k] ?? ''));
      if (column.size === 1 && !/\p{N}/u.test(piece)) return escapeText(piece);
      const values = [...column];
      const isEmpty = values.includes('');
      if (values.every((value) => /^\d*$/.test(value))) return isEmpty ? String.raw`\d*` : String.raw`\d+`;
      const fused = fusedNumber(values);
      if (fused !== undefined) return fused;
      return isEmpty ? '[^-_./ ]*' : '[^-_./ ]+';
    })
    .join('');
}

/** `IMG0001` → `IMG\d+`, `001A` → `\d+A`, where the letters never change. */
function fusedNumber(values: readonly string[]): string | undefined {
  const before = /^(\p{L}+)\d+$/u.exec(values[0] ?? '')?.[1];
  if (before && values.every((value) => value.startsWith(before) && /^\d+$/.test(value.slice(before.length))))
    return `${escapeText(before)}\\d+`;
  const after = /^\d+(\p{L}+)$/u.exec(values[0] ?? '')?.[1];
  if (after && values.every((value) => value.endsWith(after) && /^\d+$/.test(value.slice(0, -after.length))))
    return `\\d+${escapeText(after)}`;
  return undefined;
}

function escapeText(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
