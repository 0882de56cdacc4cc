/** Most pieces of one pattern that are tried. */
const maxPieces = 300;

/** One token of a JavaScript pattern: start or end of a group, bar, escape, class, quantifier or character. */
const token =
  /\((?:\?(?::|=|!|<=|<!|<\w+>))?|[)|]|\\(?:k<\w+>|.)|\[(?:\\.|[^\]\\])*\]|(?:[*+?]|\{\d+,?\d*\})\??|./sy;
const quantifier = /^(?:[*+?]|\{\d+,?\d*\})\??$/;

/**
 * The parts of a pattern that can be tried alone: from each element to the end of the enclosing alternative. The slow
 * part of a pattern may follow a prefix that no guessed name matches; one of the pieces starts with it.
 */
export function piecesOf(pattern: string): string[] {
  const pieces = new Set<string>([pattern]);
  const open: number[][] = [[]];
  const closeAlternative = (end: number) => {
    for (const startAt of open.at(-1) ?? []) pieces.add(pattern.slice(startAt, end));
  };
  token.lastIndex = 0;
  for (let at = 0; at < pattern.length; at = token.lastIndex) {
    const [text] = token.exec(pattern)!;
    if (text === ')') {
      closeAlternative(at);
      if (open.length > 1) open.pop();
    } else if (text === '|') {
      closeAlternative(at);
      open[open.length - 1] = [];
    } else if (!quantifier.test(text)) {
      open.at(-1)?.push(at);
      if (text.startsWith('(')) open.push([]);
    }
  }
  closeAlternative(pattern.length);
  return [...pieces].slice(0, maxPieces);
}

/** Strings to repeat that a greedy element may match: common ones and the pattern's own literals. */
function pumpsOf(pattern: string): string[] {
  const literals = pattern
    .replace(/\\.|[^\w\s-]/gs, ' ')
    .split(' ')
    .filter((run) => run !== '' && run.length < 20);
  const common = ['0', 'a', 'A', '_', '-', ' ', '.', '0-', 'a0', 'a ', 'a_', 'a-', 'a.'];
  return [...new Set([...common, ...literals, ...literals.map((run) => run[0]!)])].slice(0, 40);
}

/** Names of `length` characters that almost match, so that the engine backtracks through every alternative. */
export function adversarialNames(pattern: string, length: number): string[] {
  const names: string[] = [];
  for (const start of ['', 'OK-20250906-102131-', 'NG_20250906_102131_']) {
    for (const pump of pumpsOf(pattern)) {
      for (const end of ['!', '\n']) names.push((start + pump.repeat(length)).slice(0, length - 1) + end);
    }
  }
  return names;
}
