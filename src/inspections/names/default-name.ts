import type { Verdict } from '../../plant/yield.ts';

/** The fields of a file name, its time still as local date and time. */
export type NameFields = {
  verdict: Verdict | null;
  /** The verdict's word, in capitals, where it means neither OK nor NG. */
  word?: string;
  /** False where the pattern has no date and time; then the next fields are 0. */
  hasTime: boolean;
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  millisecond: number;
  sequence: number | null;
  view?: string;
  unit?: string;
  station?: string;
  part?: string;
};

/** The pattern of contract S1; case does not matter. */
export const defaultNamePattern =
  '^(?P<pass>OK|NG)-(?P<date>\\d{8})-(?P<time>\\d{6})-(?P<count>\\d+)\\.(?:jpg|jpeg|png)$';

const dash = 45;
const dot = 46;
const firstCountAt = 19;

/**
 * Reads a name as `defaultNamePattern` does, several times faster than the regular expression: a sweep reads a million
 * names. Does not check that the date exists. Undefined when the pattern does not match.
 */
export function readDefaultName(name: string): NameFields | undefined {
  const verdict = readVerdict(name.charCodeAt(0) | 32, name.charCodeAt(1) | 32);
  if (verdict === undefined) return undefined;
  if (name.charCodeAt(2) !== dash || name.charCodeAt(11) !== dash || name.charCodeAt(18) !== dash)
    return undefined;

  const date = readDigits(name, 3, 11);
  const time = readDigits(name, 12, 18);
  if (date < 0 || time < 0) return undefined;
  const dotAt = name.indexOf('.', firstCountAt);
  const sequence = dotAt > firstCountAt ? readDigits(name, firstCountAt, dotAt) : -1;
  if (sequence < 0 || !isImageEnding(name, dotAt)) return undefined;
  return {
    verdict,
    hasTime: true,
    year: Math.floor(date / 10_000),
    month: Math.floor(date / 100) % 100,
    day: date % 100,
    hour: Math.floor(time / 10_000),
    minute: Math.floor(time / 100) % 100,
    second: time % 100,
    millisecond: 0,
    sequence: sequence > Number.MAX_SAFE_INTEGER ? null : sequence,
  };
}

/** The verdict of two lower-case character codes: `ok`, `ng`. */
function readVerdict(first: number, second: number): Verdict | undefined {
  if (first === 111 && second === 107) return 'OK';
  if (first === 110 && second === 103) return 'NG';
  return undefined;
}

/** The number at `from` (inclusive) to `to` (exclusive); -1 when a character there is not a digit. */
function readDigits(name: string, from: number, to: number): number {
  let value = 0;
  for (let i = from; i < to; i++) {
    const digit = name.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** Whether the name from the dot on is `.jpg`, `.jpeg` or `.png`. */
function isImageEnding(name: string, dotAt: number): boolean {
  const length = name.length - dotAt;
  if (length > 5 || name.charCodeAt(dotAt) !== dot) return false;
  const ending = name.slice(dotAt + 1).toLowerCase();
  return ending === 'jpg' || ending === 'png' || ending === 'jpeg';
}
