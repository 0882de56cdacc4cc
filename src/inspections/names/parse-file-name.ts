import { isCivilDate, isTimeOfDay } from '../../kernel/time/civil-date.ts';
import type { WallClock } from '../../kernel/time/time-zone.ts';
import type { Verdict } from '../../plant/yield.ts';
import { defaultNamePattern, type NameFields, readDefaultName } from './default-name.ts';
import { toJavaScriptPattern } from './python-pattern.ts';

/** File systems allow 255 bytes; a longer text is not a file name and is never matched. */
export const maxNameLength = 255;
const maxPatternLength = 1_000;

/** A compiled FILENAME_REGEX; made by `compileNamePattern`. */
export type NamePattern = { source: string; regex: RegExp; isDefault: boolean };

/** Verdict, capture time (epoch ms UTC) and COUNT of a matching name; COUNT is null where the pattern has none. */
export type FileNameFacts = { verdict: Verdict; capturedAt: number; sequence: number | null };

const requiredGroups = ['pass', 'date', 'time'];

/** Words of the `pass` group. `1` and `0` are left out: plants use either for a good part. */
const verdictOfWord: Readonly<Record<string, Verdict>> = {
  OK: 'OK',
  PASS: 'OK',
  GOOD: 'OK',
  NG: 'NG',
  FAIL: 'NG',
  BAD: 'NG',
};

/**
 * Compiles FILENAME_REGEX; undefined or blank means the pattern of contract S1. Groups are written as in Python,
 * `(?P<pass>…)`, or as in JavaScript, `(?<pass>…)`; case does not matter, and a pattern without `^` may match anywhere in
 * the name. `fault` is one sentence for the operator. Whether the pattern is fast enough is checked by
 * `proveNamePattern`.
 */
export function compileNamePattern(
  source?: string,
): { ok: true; pattern: NamePattern } | { ok: false; fault: string } {
  const wanted = source === undefined || source.trim() === '' ? defaultNamePattern : source.trim();
  if (wanted.length > maxPatternLength) {
    return { ok: false, fault: `The file name pattern is longer than ${maxPatternLength} characters.` };
  }
  const translated = toJavaScriptPattern(wanted);
  const isDefault = translated === toJavaScriptPattern(defaultNamePattern);
  try {
    const regex = new RegExp(translated, 'i');
    const missing = requiredGroups.filter((group) => !groupsOf(translated).has(group));
    if (missing.length === 0) return { ok: true, pattern: { source: wanted, regex, isDefault } };
    const example = `(?<${missing[0]}>…)`;
    return {
      ok: false,
      fault: `The file name pattern lacks the group ${missing.join(' and ')}; write it as ${example}.`,
    };
  } catch (error) {
    return { ok: false, fault: `The file name pattern does not compile: ${(error as Error).message}.` };
  }
}

/** Names of all groups. With an empty alternative the pattern matches the empty string, and the match lists them. */
function groupsOf(pattern: string): Set<string> {
  return new Set(Object.keys(new RegExp(`${pattern}|`, 'i').exec('')?.groups ?? {}));
}

/**
 * Parses a file name, its time as local time of the site. Undefined when the name does not match, when its date or time
 * does not exist (20250231, hour 25), or when `pass` is none of OK, PASS, GOOD, NG, FAIL and BAD; such a file is stored
 * as unmatched. Date and time may contain separators (2025-09-06, 10_21_31). A COUNT too large to be exact is null.
 * Contract: S1.
 */
export function parseFileName(
  name: string,
  pattern: NamePattern,
  wallClock: WallClock,
): FileNameFacts | undefined {
  if (name.length > maxNameLength) return undefined;
  const fields = pattern.isDefault ? readDefaultName(name) : readName(name, pattern.regex);
  if (fields === undefined) return undefined;
  const { year, month, day, hour, minute, second } = fields;
  if (!isCivilDate(year, month, day) || !isTimeOfDay(hour, minute, second)) return undefined;
  return {
    verdict: fields.verdict,
    capturedAt: wallClock.toEpochMs(year, month, day, hour, minute, second),
    sequence: fields.sequence,
  };
}

/** The fields that the groups of a pattern match in a name; undefined when it does not match. */
export function readName(name: string, regex: RegExp): NameFields | undefined {
  const groups = regex.exec(name)?.groups;
  const verdict = verdictOfWord[groups?.pass?.toUpperCase() ?? ''];
  if (groups === undefined || verdict === undefined) return undefined;
  const date = groups.date?.replace(/\D/g, '') ?? '';
  const time = groups.time?.replace(/\D/g, '') ?? '';
  if (date.length !== 8 || time.length !== 6) return undefined;
  const count = groups.count !== undefined && /^\d+$/.test(groups.count) ? Number(groups.count) : null;
  return {
    verdict,
    year: Number(date.slice(0, 4)),
    month: Number(date.slice(4, 6)),
    day: Number(date.slice(6, 8)),
    hour: Number(time.slice(0, 2)),
    minute: Number(time.slice(2, 4)),
    second: Number(time.slice(4, 6)),
    sequence: count === null || count > Number.MAX_SAFE_INTEGER ? null : count,
  };
}

/** Whether a file is an inspection image by its extension: .jpg, .jpeg or .png. */
export function isImageName(name: string): boolean {
  return /\.(?:jpe?g|png)$/i.test(name);
}

/** Station and part of a file that lies less than two folders deep. */
const unknownName = 'Unknown';

/**
 * Station and part of the files in a folder, by its path below the watched folder (forward slashes): the first folder is
 * the station, the second the part, deeper ones do not matter. Contract: S1.
 */
export function stationAndPartOf(relativeDirectory: string): { station: string; part: string } {
  const [station, part] = relativeDirectory.split('/').filter((segment) => segment !== '' && segment !== '.');
  if (station === undefined || part === undefined) return { station: unknownName, part: unknownName };
  return { station, part };
}
