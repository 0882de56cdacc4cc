import { isCivilDate, isTimeOfDay } from '../../kernel/time/civil-date.ts';
import type { WallClock } from '../../kernel/time/time-zone.ts';
import type { Verdict } from '../../plant/yield.ts';
import { defaultNamePattern, type NameFields, readDefaultName } from './default-name.ts';
import { digitCountsOfGroup, textsOfGroup } from './group-texts.ts';
import { toJavaScriptPattern } from './python-pattern.ts';
import { maxWordLength, readVerdictWords, type VerdictWords } from './verdict-words.ts';

/** File systems allow 255 bytes; a longer text is not a file name and is never matched. */
export const maxNameLength = 255;
/** Of a path below the watched folder. */
export const maxPathLength = 1_000;
/** Of a pattern. */
export const maxPatternLength = 1_000;
const maxViewLength = 40;
const maxUnitLength = 80;

/**
 * How a site names its images: FILENAME_REGEX is matched against the name alone, PATH_REGEX, which wins where it is set,
 * against the path below the watched folder. VERDICT_WORDS maps words of the group `pass`. Blank or undefined: the default.
 */
export type NamingSettings = { fileName?: string; path?: string; verdictWords?: string };

/** A compiled pattern with the meanings of its verdict's words; made by `compileNamePattern`. */
export type NamePattern = {
  source: string;
  regex: RegExp;
  isDefault: boolean;
  /** Matched against the path below the watched folder, not against the name alone. */
  isPath: boolean;
  words: VerdictWords;
};

/**
 * What a matching name says: verdict, capture time (epoch ms UTC) and COUNT, which is null where the pattern has none.
 * The rest is there only where the pattern tells it.
 */
export type FileNameFacts = {
  verdict: Verdict | null;
  capturedAt: number | null;
  sequence: number | null;
  /** The verdict's word where it means neither OK nor NG. */
  word?: string;
  /** Which view of its unit the image shows. */
  view?: string;
  /** Serial number of the unit. */
  unit?: string;
  station?: string;
  part?: string;
};

/** A pattern of the path may leave date and time to the file's time of change. */
const requiredGroups = { name: ['pass', 'date', 'time'], path: ['pass'] } as const;
/** Digits of a date: YYYYMMDD or YYMMDD. Of a time: HHMM, HHMMSS, or with a fraction of up to nine digits. */
const dateDigits = [6, 8];
const timeDigits = [4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/**
 * Compiles the pattern in force. Groups are written as in Python, `(?P<pass>…)`, or as in JavaScript, `(?<pass>…)`; case
 * does not matter, and a pattern without `^` may match anywhere. `fault` is one sentence for the operator: also for a
 * verdict's word without a meaning and for a date or time that could never be read. Whether the pattern is fast enough is
 * checked by `proveNamePattern`.
 */
export function compileNamePattern(
  settings: NamingSettings = {},
): { ok: true; pattern: NamePattern } | { ok: false; fault: string } {
  const isPath = isGiven(settings.path);
  const wanted = (
    isPath ? settings.path : isGiven(settings.fileName) ? settings.fileName : undefined
  )?.trim();
  const source = wanted ?? defaultNamePattern;
  const what = isPath ? 'path pattern' : 'file name pattern';
  if (source.length > maxPatternLength) {
    return { ok: false, fault: `The ${what} is longer than ${maxPatternLength} characters.` };
  }
  const read = readVerdictWords(settings.verdictWords ?? '');
  if (!read.ok) return { ok: false, fault: `VERDICT_WORDS: ${read.fault}` };
  const translated = toJavaScriptPattern(source);
  const isDefault =
    !isPath && translated === toJavaScriptPattern(defaultNamePattern) && !isGiven(settings.verdictWords);
  try {
    const regex = new RegExp(translated, 'i');
    const fault =
      findMissingGroup(translated, isPath, what) ??
      findUnknownWords(translated, read.words, isGiven(settings.verdictWords)) ??
      findUnreadableTime(translated);
    if (fault !== undefined) return { ok: false, fault };
    return { ok: true, pattern: { source, regex, isDefault, isPath, words: read.words } };
  } catch (error) {
    return { ok: false, fault: `The ${what} does not compile: ${(error as Error).message}.` };
  }
}

function isGiven(text: string | undefined): text is string {
  return text !== undefined && text.trim() !== '';
}

function findMissingGroup(pattern: string, isPath: boolean, what: string): string | undefined {
  const groups = groupsOf(pattern);
  const missing = requiredGroups[isPath ? 'path' : 'name'].filter((group) => !groups.has(group));
  if (missing.length === 0) return undefined;
  return `The ${what} lacks the group ${missing.join(' and ')}; write it as (?<${missing[0]}>…).`;
}

/** A word without a meaning would make every image that has it invisible in the yield. */
function findUnknownWords(pattern: string, words: VerdictWords, isMapped: boolean): string | undefined {
  const texts = textsOfGroup(pattern, 'pass');
  const howTo = 'map them in VERDICT_WORDS, as in NOK=NG, IO=OK, WARN=undecided';
  if (texts === undefined) {
    if (isMapped) return undefined;
    return `The group pass can match any word. List the words in it, as in (?<pass>OK|NG), or ${howTo}.`;
  }
  const unknown = [...texts].filter((text) => text !== '' && !words.has(text));
  if (unknown.length === 0) return undefined;
  const shown = unknown.slice(0, 10).join(', ');
  return `The group pass can match words whose meaning is not known: ${shown}. Take them out of it, or ${howTo}.`;
}

function findUnreadableTime(pattern: string): string | undefined {
  const isReadable = (group: string, readable: readonly number[]) => {
    const counts = digitCountsOfGroup(pattern, group);
    return counts === undefined || [...counts].some((count) => readable.includes(count));
  };
  if (!isReadable('date', dateDigits))
    return 'The group date never has the digits of a date: YYYYMMDD or YYMMDD, with or without separators.';
  if (!isReadable('time', timeDigits))
    return 'The group time never has the digits of a time: HHMM, HHMMSS or HHMMSS with a fraction, with or without separators.';
  return undefined;
}

/** Names of all groups. With an empty alternative the pattern matches the empty string, and the match lists them. */
function groupsOf(pattern: string): Set<string> {
  return new Set(Object.keys(new RegExp(`${pattern}|`, 'i').exec('')?.groups ?? {}));
}

/**
 * Parses a file's name, or its path below the watched folder, its time as local time of the site. Undefined when it does
 * not match, or when its date or time does not exist (20250231, hour 25); such a file is stored as unmatched. A word that
 * means neither OK nor NG leaves the verdict null. A COUNT too large to be exact is null. Contract: S1.
 */
export function parseFileName(
  name: string,
  pattern: NamePattern,
  wallClock: WallClock,
  folderPath = '',
): FileNameFacts | undefined {
  if (name.length > maxNameLength) return undefined;
  const fields = pattern.isDefault
    ? readDefaultName(name)
    : readName(textOf(name, folderPath, pattern), pattern);
  if (fields === undefined) return undefined;
  const capturedAt = instantOf(fields, wallClock);
  if (capturedAt === undefined) return undefined;
  if (pattern.isDefault) return { verdict: fields.verdict, capturedAt, sequence: fields.sequence };
  const { verdict, sequence, word, view, unit, station, part } = fields;
  return { verdict, capturedAt, sequence, word, view, unit, station, part };
}

/** What the pattern is matched against; folders in the composed form that stations and models have. */
function textOf(name: string, folderPath: string, { isPath }: NamePattern): string {
  if (!isPath) return name;
  const path = folderPath === '' ? name : `${folderPath}/${name}`;
  return path.normalize('NFC').slice(0, maxPathLength);
}

/** Null without a date or time; undefined for one that does not exist. */
function instantOf(fields: NameFields, wallClock: WallClock): number | null | undefined {
  if (!fields.hasTime) return null;
  const { year, month, day, hour, minute, second, millisecond } = fields;
  if (!isCivilDate(year, month, day) || !isTimeOfDay(hour, minute, second)) return undefined;
  return wallClock.toEpochMs(year, month, day, hour, minute, second) + millisecond;
}

/** The fields that the groups of a pattern match; undefined when it does not match or a date or time cannot be read. */
export function readName(
  text: string,
  { regex, words, isPath = false }: Pick<NamePattern, 'regex' | 'words'> & { isPath?: boolean },
): NameFields | undefined {
  const groups = regex.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const word = groups.pass?.toUpperCase() ?? '';
  const meaning = words.get(word);
  const hasTime = groups.date !== undefined && groups.time !== undefined;
  const date = hasTime ? readDate(groups.date ?? '') : noDate;
  const time = hasTime ? readTime(groups.time ?? '') : noTime;
  if (word === '' || date === undefined || time === undefined) return undefined;
  const count = groups.count !== undefined && /^\d+$/.test(groups.count) ? Number(groups.count) : null;
  return {
    verdict: meaning === 'OK' || meaning === 'NG' ? meaning : null,
    word: meaning === 'OK' || meaning === 'NG' ? undefined : word.slice(0, maxWordLength),
    hasTime,
    ...date,
    ...time,
    sequence: count === null || count > Number.MAX_SAFE_INTEGER ? null : count,
    view: groups.view?.slice(0, maxViewLength),
    unit: groups.unit?.slice(0, maxUnitLength),
    station: groups.station?.normalize('NFC').slice(0, maxNameLength),
    // A pattern of the path that tells the station tells its model as well, or that there is none.
    part:
      groups.part?.normalize('NFC').slice(0, maxNameLength) ??
      (isPath && groups.station !== undefined ? '' : undefined),
  };
}

const noDate = { year: 0, month: 0, day: 0 };
const noTime = { hour: 0, minute: 0, second: 0, millisecond: 0 };

/** YYYYMMDD or YYMMDD, also with separators; 31.12.2026 is read as day, month, year. */
function readDate(text: string): typeof noDate | undefined {
  const dayFirst = /^(\d{1,2})\D(\d{1,2})\D(\d{4})$/.exec(text);
  if (dayFirst) return { year: Number(dayFirst[3]), month: Number(dayFirst[2]), day: Number(dayFirst[1]) };
  const digits = text.replace(/\D/g, '');
  if (!dateDigits.includes(digits.length)) return undefined;
  const year = digits.length === 6 ? 2000 + Number(digits.slice(0, 2)) : Number(digits.slice(0, 4));
  return { year, month: Number(digits.slice(-4, -2)), day: Number(digits.slice(-2)) };
}

/** HHMM, HHMMSS, or HHMMSS and a fraction of a second. */
function readTime(text: string): typeof noTime | undefined {
  const digits = text.replace(/\D/g, '');
  if (!timeDigits.includes(digits.length)) return undefined;
  return {
    hour: Number(digits.slice(0, 2)),
    minute: Number(digits.slice(2, 4)),
    second: Number(digits.slice(4, 6)),
    millisecond: Math.floor(Number(`0.${digits.slice(6)}`) * 1_000),
  };
}

/** Whether a file is an inspection image by its extension: .jpg, .jpeg or .png. */
export function isImageName(name: string): boolean {
  return /\.(?:jpe?g|png)$/i.test(name);
}

/** Station and part of a file that lies in the watched folder itself. */
const unknownName = 'Unknown';

/**
 * Station and part of the files in a folder, by its path below the watched folder (forward slashes): the first folder is
 * the station, the second the part, deeper ones do not matter. In the station's own folder the part is '', none. Names are
 * compared in Unicode's composed form (NFC), because disks keep either. Contract: S1.
 */
export function stationAndPartOf(relativeDirectory: string): { station: string; part: string } {
  const [station, part] = relativeDirectory
    .normalize('NFC')
    .split('/')
    .filter((segment) => segment !== '' && segment !== '.');
  if (station === undefined) return { station: unknownName, part: unknownName };
  return { station, part: part ?? '' };
}
