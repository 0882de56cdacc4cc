import { minuteMs, secondMs } from '../kernel/time/durations.ts';
import type { WallClock } from '../kernel/time/time-zone.ts';
import type { TimeWindow } from './time-window.ts';

/** A file name has at most 255 characters; a little more, for a station beside it. */
export const maxSearchLength = 300;

/** A search as typed, its accents in one spelling, without control characters and needless spaces. */
export type SearchText = { text: string; words: readonly string[] };

export function readSearchText(typed: string): SearchText {
  const text = typed
    .toWellFormed()
    .normalize('NFC')
    // Pasted text has control characters, and PostgreSQL takes no NUL.
    .replace(/[\u0000-\u001f\u007f\s]+/gu, ' ')
    .trim();
  return { text, words: text === '' ? [] : text.split(' ') };
}

/** More words than this name no place with something beside it. */
const maxNamingWords = 12;

/**
 * The longest run of words that names something, and the words around it. `find` gives what a text names, nothing for
 * most.
 */
export function splitOff<T>(
  words: readonly string[],
  find: (text: string) => readonly T[],
): { found: readonly T[]; rest: readonly string[] } {
  const most = words.length > maxNamingWords ? 0 : words.length;
  for (let length = most; length > 0; length--) {
    for (let from = 0; from + length <= words.length; from++) {
      const found = find(words.slice(from, from + length).join(' '));
      if (found.length > 0) return { found, rest: words.toSpliced(from, length) };
    }
  }
  return { found: [], rest: words };
}

/** A COUNT, `1234` or `#1234`; undefined for anything else. */
export function readCount(words: readonly string[]): number | undefined {
  const [word, ...more] = words;
  const digits = more.length === 0 ? /^#?(\d{1,15})$/.exec(word ?? '')?.[1] : undefined;
  return digits === undefined ? undefined : Number(digits);
}

/**
 * A moment: `10:21[:31]` (its last occurrence), `2026-11-30`, both in either order, or digits as in file names,
 * `20261130[-102131]`. The window is the second, minute or day that was written; undefined for anything else and for a
 * time that does not exist.
 */
export function readMoment(
  words: readonly string[],
  now: number,
  wallClock: WallClock,
): TimeWindow | undefined {
  const [first = '', second, ...more] = words.flatMap((word) => word.split(/(?<=\d{4}\D\d+\D\d+)T/i));
  if (more.length > 0) return undefined;
  const digits = second === undefined ? readDigits(first) : undefined;
  const date = digits?.date ?? readDate(first) ?? readDate(second);
  const time = digits ? digits.time : (readTime(first) ?? readTime(second));
  const isWhole = digits !== undefined || second === undefined || (date !== undefined && time !== undefined);
  if (!isWhole || (date === undefined && time === undefined)) return undefined;
  if (time === undefined) return dayOf(date!, wallClock);
  const startAt = date === undefined ? lastAt(time, now, wallClock) : wallClock.parse(`${date}T${time}`);
  if (startAt === undefined) return undefined;
  return { startAt, endAt: startAt + (time.length > 5 ? secondMs : minuteMs) };
}

function readDate(word = ''): string | undefined {
  const [, year, month, day] = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})$/.exec(word)?.toSpliced(2, 1) ?? [];
  return year && month && day ? `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}` : undefined;
}

function readTime(word = ''): string | undefined {
  const [, hour, rest] = /^(\d{1,2})((?::\d\d){1,2})$/.exec(word) ?? [];
  return hour && rest ? `${hour.padStart(2, '0')}${rest}` : undefined;
}

/** Digits as in file names: a date alone, or with hour and minute, or with seconds. */
function readDigits(word: string): { date: string; time: string | undefined } | undefined {
  const found = /^(\d{4})(\d\d)(\d\d)(?:[-_T]?(\d\d)(\d\d)(\d\d)?)?$/.exec(word);
  if (!found) return undefined;
  const [, year, month, day, hour, minute, second] = found;
  const time = hour && [hour, minute, second].filter((part) => part !== undefined).join(':');
  return { date: `${year}-${month}-${day}`, time };
}

function dayOf(date: string, wallClock: WallClock): TimeWindow | undefined {
  const startAt = wallClock.parse(date);
  return startAt === undefined ? undefined : { startAt, endAt: wallClock.startOfDay(startAt, 1) };
}

/** Today, or yesterday for a time of day that is still to come. */
function lastAt(time: string, now: number, wallClock: WallClock): number | undefined {
  for (const days of [0, -1]) {
    const date = wallClock.format(wallClock.startOfDay(now, days), 'date');
    const at = wallClock.parse(`${date}T${time}`);
    if (at === undefined || at <= now) return at;
  }
  return undefined;
}
