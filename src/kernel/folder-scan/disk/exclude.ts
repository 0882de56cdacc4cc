/**
 * Names that are never camera images: folders that a NAS or a desktop makes by itself (recycle bins, snapshots, previews,
 * indexes), and temporary names of files being written.
 */
export const defaultExclude: readonly string[] = [
  // Any system: hidden names, among them .snapshot, .zfs, .Trash-1000, .Spotlight-V100 and ._copies of macOS.
  '.*',
  '~*',
  'lost+found',
  // Synology
  '@eaDir',
  '@SynoEAStream',
  '@SynoResource',
  '@tmp',
  '@sharebin',
  '@sharesnap',
  '@database',
  '@docker',
  '@S2S',
  '#recycle',
  '#snapshot',
  // QNAP
  '@Recycle',
  '@Recently-Snapshot',
  '@Snapshot',
  '@__thumb',
  '@qsys',
  'Network Recycle Bin',
  'Network Recycle Bin ?',
  // Windows
  '$Recycle.Bin',
  '$Extend',
  'Recycler',
  'Recycled',
  'System Volume Information',
  'found.???',
  'Thumbs.db',
  'desktop.ini',
  // macOS
  'Network Trash Folder',
  'Temporary Items',
  'TheVolumeSettingsFolder',
  '__MACOSX',
  // Files being written
  '*.tmp',
  '*.temp',
  '*.part',
  '*.partial',
  '*.filepart',
  '*.crdownload',
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
  const given = patterns.map((raw) => raw.trim().slice(0, maxExcludePatternLength));
  const isUnwanted = createTests([
    ...defaultExclude,
    ...given.filter((pattern) => pattern !== '' && !pattern.startsWith('!')),
  ]);
  const isWanted = createTests(
    given.flatMap((pattern) => (pattern.startsWith('!') && pattern !== '!' ? pattern.slice(1) : [])),
  );
  return (segment) => {
    const name = segment.toLowerCase();
    return isUnwanted(name) && !isWanted(name);
  };
}

/** Tests lower-case names against several patterns; plain names are looked up, because most of the list are. */
function createTests(patterns: readonly string[]): Test {
  const isPlain = (pattern: string) => !/[*?]/.test(pattern);
  const names = new Set(patterns.filter(isPlain).map((pattern) => pattern.toLowerCase()));
  const tests = patterns.filter((pattern) => !isPlain(pattern)).map(createTest);
  return (name) => names.has(name) || tests.some((test) => test(name));
}

/** Tests lower-case names against one pattern; the common shapes `name`, `start*` and `*end` need no glob matching. */
function createTest(rawPattern: string): Test {
  const pattern = rawPattern.toLowerCase();
  const body = pattern.replaceAll('*', '');
  if (body.includes('?') || pattern.length - body.length > 1) return (name) => matchesGlob(name, pattern);
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
