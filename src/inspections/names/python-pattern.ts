/** Python spellings at the start of a token, and what JavaScript calls the same. */
const tokens: readonly { python: RegExp; javaScript: string }[] = [
  { python: /\(\?P</y, javaScript: '(?<' },
  { python: /\(\?P=(\w+)\)/y, javaScript: '\\k<$1>' },
  { python: /\\A/y, javaScript: '^' },
  { python: /\\Z/y, javaScript: '$' },
];

/** An escape, a whole character class, or one character: what is copied as it is. */
const copied = /\\.|\[(?:\\.|[^\]\\])*\]|./sy;

/**
 * The same pattern in JavaScript's dialect: named groups `(?P<x>…)`, back-references `(?P=x)`, the anchors `\A` and
 * `\Z`, and leading flags that change nothing here, `(?i)`, `(?a)`, `(?u)`. Everything else is left as it is.
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
