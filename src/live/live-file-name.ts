import { isCivilDate, isTimeOfDay } from '../kernel/time/civil-date.ts';
import type { WallClock } from '../kernel/time/time-zone.ts';

/** File systems allow 255 bytes. */
const maxNameLength = 255;
/** Longer texts are not coil numbers. */
const maxCoilLength = 100;
/** A name may hold two times. The finer one counts unless they differ by more than time zones can. */
const maxDifferenceMs = 26 * 3_600_000;

/** The facts in the name of a live image; null where absent. */
export type LiveNameFacts = {
  coil: string | null;
  /** Epoch ms. */
  capturedAt: number | null;
  /** The date at the start of the name, `YYYYMMDDHHMMSS`, which both pictures of a pair share. */
  dateText: string | null;
  /** Whether `capturedAt` is a whole second of wall-clock time, which is ambiguous when clocks are set back. */
  isLocal: boolean;
};

const nothing: LiveNameFacts = { coil: null, capturedAt: null, dateText: null, isLocal: false };

/** Whether a name ends in .jpg, .jpeg, .png or .bmp. */
export function isLiveImageName(name: string): boolean {
  return name.length <= maxNameLength && /.\.(?:jpe?g|png|bmp)$/i.test(name);
}

/**
 * Parses `YYYYMMDDHHMMSS_<coil>_<epoch ms>_<type>.jpg`, `YYYYMMDDHHMMSS_<coil>_<type>.jpg` and
 * `<coil>_<epoch ms>_<type>.jpg` (contract S5). The date is removed first, so that it is never mistaken for a coil or an
 * epoch; a coil may itself hold underscores and any number of digits. `type` is a word of letters and optional. A name of
 * any other form has neither coil nor time.
 */
export function parseLiveName(name: string, wallClock: WallClock): LiveNameFacts {
  if (!isLiveImageName(name)) return nothing;
  const parts = name.slice(0, name.lastIndexOf('.')).split('_');
  const dateAt = readLocalTime(parts[0] ?? '', wallClock);
  const dateText = dateAt === null ? null : (parts.shift() ?? null);
  if (parts.length > 1 && /^[a-z]{1,40}$/i.test(parts.at(-1) ?? '')) parts.pop();
  // After a date, a single number is the coil; without a date it is the time.
  const mayBeEpoch = parts.length > 1 || dateAt === null;
  const epochAt = mayBeEpoch ? readEpoch(parts.at(-1) ?? '') : null;
  if (epochAt !== null) parts.pop();
  if (dateAt === null && epochAt === null) return nothing;
  const coil = parts.join('_').trim();
  const isFiner = epochAt !== null && (dateAt === null || Math.abs(epochAt - dateAt) <= maxDifferenceMs);
  return {
    coil: coil === '' || coil.length > maxCoilLength ? null : coil,
    capturedAt: isFiner ? epochAt : dateAt,
    dateText,
    isLocal: !isFiner,
  };
}

/** The instant of `YYYYMMDDHHMMSS` in site time; null for an invalid date. */
function readLocalTime(text: string, wallClock: WallClock): number | null {
  if (!/^\d{14}$/.test(text)) return null;
  const field = (from: number, to: number) => Number(text.slice(from, to));
  const [year, month, day] = [field(0, 4), field(4, 6), field(6, 8)];
  const [hour, minute, second] = [field(8, 10), field(10, 12), field(12, 14)];
  if (year < 1970 || !isCivilDate(year, month, day) || !isTimeOfDay(hour, minute, second)) return null;
  return wallClock.toEpochMs(year, month, day, hour, minute, second);
}

/** Thirteen digits are a time from 2001 to 2286. */
function readEpoch(text: string): number | null {
  return /^[1-9]\d{12}$/.test(text) ? Number(text) : null;
}

/**
 * The name under which an uploaded picture is stored: the third form, with a coil that every file system accepts. A coil
 * whose number reads like a date gets the first form, so that parsing removes the date before it and keeps the number.
 */
export function uploadName(
  coil: string,
  capturedAt: number,
  role: string,
  extension: string,
  wallClock: WallClock,
): string {
  const plain = sanitizeCoil(coil);
  const date = readLocalTime(plain, wallClock) === null ? '' : `${localTimeText(capturedAt, wallClock)}_`;
  return `${date}${plain}_${capturedAt}_${role}.${extension}`;
}

/** `YYYYMMDDHHMMSS` in site time. */
function localTimeText(at: number, wallClock: WallClock): string {
  return wallClock.format(at, 'iso').slice(0, 19).replaceAll(/\D/g, '');
}

/** A coil's number for use in a file name: letters, digits, `.` and `-`; all other characters become `-`. */
export function sanitizeCoil(coil: string): string {
  const plain = coil
    .trim()
    .replaceAll(/[^\p{L}\p{N}.-]+/gu, '-')
    .replaceAll(/^[.-]+|[.-]+$/g, '')
    .slice(0, 60);
  return plain === '' ? 'coil' : plain;
}
