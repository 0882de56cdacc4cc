/** Python syntax at the start of a token and its JavaScript equivalent. */
const tokens: readonly { python: RegExp; javaScript: string }[] = [
  { python: /\(\?P</y, javaScript: '(?<' },
  { python: /\(\?P=(\w+)\)/y, javaScript: '\\k<$1>' },
  { python: /\\A/y, javaScript: '^' },
  { python: /\\Z/y, javaScript: '$' },
];

/** Copied unchanged: an escape, a whole character class, or one character. */
const copied = /\\.|\[(?:\\.|[^\]\\])*\]|./sy;

/**
 * Translates a Python pattern to JavaScript: named groups `(?P<x>…)`, back-references `(?P=x)` and the anchors `\A` and
 * `\Z`. Drops the leading flags `(?i)`, `(?a)` and `(?u)`, which have no effect here, and keeps everything else.
 */
export function toJavaScriptPattern(pattern: string): string {
  let at = /^\(\?[aiu]+\)/.exec(pattern)?.[0].length ?? 0;
  let result = '';
  while (at < pattern.length) {
    const token = tokens.find(({ python }) => {
      python.lastIndex = at;
      return python.test(pattern);
    });
    const regex = token?.python ?? copied;
    regex.lastIndex = at;
    const match = regex.exec(pattern)!;
    result += token === undefined ? match[0] : token.javaScript.replace('$1', match[1] ?? '$1');
    at += match[0].length;
  }
  return result;
}
