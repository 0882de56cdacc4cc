/** Most pieces that are tried of one pattern. */
const MAX_PATTERN_PIECES = 300;

/** One token of a JavaScript pattern: the start of a group, its end, a bar, an escape, a class, a quantifier, a character. */
const token =
  /\((?:\?(?::|=|!|<=|<!|<\w+>))?|[)|]|\\(?:k<\w+>|.)|\[(?:\\.|[^\]\\])*\]|(?:[*+?]|\{\d+,?\d*\})\??|./sy;
const quantifier = /^(?:[*+?]|\{\d+,?\d*\})\??$/;

/**
 * The parts of a pattern that can be tried alone: from each of its elements to the end of the enclosing alternative.
 * What makes a pattern slow may stand behind a beginning that no guessed name satisfies; as a piece it stands first.
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
  return [...pieces].slice(0, MAX_PATTERN_PIECES);
}

/** Texts of a pattern's own characters, and usual ones, that a greedy element would swallow. */
function pumpsOf(pattern: string): string[] {
  const literals = pattern
    .replace(/\\.|[^\w\s-]/gs, ' ')
    .split(' ')
    .filter((run) => run !== '' && run.length < 20);
  const usual = ['0', 'a', 'A', '_', '-', ' ', '.', '0-', 'a0', 'a ', 'a_', 'a-', 'a.'];
  return [...new Set([...usual, ...literals, ...literals.map((run) => run[0]!)])].slice(0, 40);
}

/** Names of the greatest length that nearly match, so that a pattern tries every way before it gives up. */
export function adversarialNames(pattern: string, length: number): string[] {
  const names: string[] = [];
  for (const start of ['', 'OK-20250906-102131-', 'NG_20250906_102131_']) {
    for (const pump of pumpsOf(pattern)) {
      for (const end of ['!', '\n']) names.push((start + pump.repeat(length)).slice(0, length - 1) + end);
    }
  }
  return names;
}
