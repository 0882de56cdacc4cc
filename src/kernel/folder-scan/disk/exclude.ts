/** Names that are never camera images: created by a NAS or a desktop, or temporary names of files being written. */
const defaultExclude: readonly string[] = [
  '@eaDir',
  '#recycle',
  '.*',
  'Thumbs.db',
  '*.tmp',
  '*.part',
  '*.filepart',
  '*.crdownload',
  '~*',
];

/** Longer patterns are cut, so that testing a name stays cheap. */
const maxExcludePatternLength = 255;

type Test = (name: string) => boolean;

/**
 * Builds a test that is true for names to ignore, folders with all their content included. `patterns` extend the default
 * list; each matches a whole path segment, ignoring case, with `*` for any run of characters and `?` for one. A pattern
 * that starts with `!` re-includes names that another one excludes (`!~*`). Blank patterns are ignored.
 */
export function createExclude(patterns: readonly string[] = []): (segment: string) => boolean {
  const wanted: Test[] = [];
  const unwanted: Test[] = defaultExclude.map(createTest);
  for (const raw of patterns) {
    const pattern = raw.trim().slice(0, maxExcludePatternLength);
    if (pattern === '' || pattern === '!') continue;
    if (pattern.startsWith('!')) wanted.push(createTest(pattern.slice(1)));
    else unwanted.push(createTest(pattern));
  }
  return (segment) => {
    const name = segment.toLowerCase();
    return unwanted.some((test) => test(name)) && !wanted.some((test) => test(name));
  };
}

/** Tests lower-case names against one pattern; the common shapes `name`, `start*` and `*end` need no glob matching. */
function createTest(rawPattern: string): Test {
  const pattern = rawPattern.toLowerCase();
  const body = pattern.replaceAll('*', '');
  if (body.includes('?') || pattern.length - body.length > 1) return (name) => matchesGlob(name, pattern);
  if (pattern === body) return (name) => name === body;
  if (pattern.startsWith('*')) return (name) => name.endsWith(body);
  if (pattern.endsWith('*')) return (name) => name.startsWith(body);
  return (name) => matchesGlob(name, pattern);
}

/** Matches in at most name × pattern steps; a regular expression with many stars could backtrack exponentially. */
function matchesGlob(name: string, pattern: string): boolean {
  let at = 0;
  let next = 0;
  let star = -1;
  let starAt = 0;
  while (at < name.length) {
    if (next < pattern.length && pattern[next] === '*') {
      star = next++;
      starAt = at;
    } else if (next < pattern.length && (pattern[next] === '?' || pattern[next] === name[at])) {
      next++;
      at++;
    } else if (star >= 0) {
      next = star + 1;
      at = ++starAt;
    } else return false;
  }
  while (pattern[next] === '*') next++;
  return next === pattern.length;
}
