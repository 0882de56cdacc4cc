import { isCivilDate, isTimeOfDay } from '../kernel/time/civil-date.ts';
import type { WallClock } from '../kernel/time/time-zone.ts';

/** File systems allow 255 bytes; a longer text is no file name. */
const maxNameLength = 255;
/** As many characters of a coil's number as are kept; longer ones are no numbers of coils. */
const maxCoilLength = 100;
/** A name may carry two times. The finer one counts unless it is further from the other than time zones can be. */
const longestDoubtMs = 26 * 3_600_000;

/** What the name of a live image tells; null for what it does not. */
export type LiveNameFacts = {
  coil: string | null;
  /** Epoch ms. */
  capturedAt: number | null;
  /** The date at the front of the name, `YYYYMMDDHHMMSS`, which both pictures of a pair share. */
  dateText: string | null;
  /** Whether `capturedAt` is a wall clock's whole second, which may stand for two instants when clocks are set back. */
  isLocal: boolean;
};

const nothing: LiveNameFacts = { coil: null, capturedAt: null, dateText: null, isLocal: false };

/** Whether a name ends like an image that is shown live: .jpg, .jpeg, .png or .bmp. */
export function isLiveImageName(name: string): boolean {
  return name.length <= maxNameLength && /.\.(?:jpe?g|png|bmp)$/i.test(name);
}

/**
 * Reads `YYYYMMDDHHMMSS_<coil>_<epoch ms>_<type>.jpg`, `YYYYMMDDHHMMSS_<coil>_<type>.jpg` and
 * `<coil>_<epoch ms>_<type>.jpg` (contract S5). The date comes off the front first, so that it is never taken for a coil
 * or an epoch; a coil may itself hold underscores and any number of digits. `type` is a word of letters and need not be
 * there. A name of no such form has neither coil nor time.
 */
export function parseLiveName(name: string, wallClock: WallClock): LiveNameFacts {
  if (!isLiveImageName(name)) return nothing;
  const parts = name.slice(0, name.lastIndexOf('.')).split('_');
  const dateAt = readLocalTime(parts[0] ?? '', wallClock);
  const dateText = dateAt === null ? null : (parts.shift() ?? null);
  if (parts.length > 1 && /^[a-z]{1,40}$/i.test(parts.at(-1) ?? '')) parts.pop();
  // With a date in front a lone number is the coil; without one it is all the time there is.
  const mayBeEpoch = parts.length > 1 || dateAt === null;
  const epochAt = mayBeEpoch ? readEpoch(parts.at(-1) ?? '') : null;
  if (epochAt !== null) parts.pop();
  if (dateAt === null && epochAt === null) return nothing;
  const coil = parts.join('_').trim();
  const isFiner = epochAt !== null && (dateAt === null || Math.abs(epochAt - dateAt) <= longestDoubtMs);
  return {
    coil: coil === '' || coil.length > maxCoilLength ? null : coil,
    capturedAt: isFiner ? epochAt : dateAt,
    dateText,
    isLocal: !isFiner,
  };
}

/** The instant of `YYYYMMDDHHMMSS` on the site's wall clock; null when there is no such date. */
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
 * The name an uploaded picture is stored under: the third form, with a coil any file system takes. A coil whose number
 * reads like a date gets the first form, in which the date before it is taken off and the number stays what it is.
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

/** `YYYYMMDDHHMMSS` on the site's wall clock. */
function localTimeText(at: number, wallClock: WallClock): string {
  return wallClock.format(at, 'iso').slice(0, 19).replaceAll(/\D/g, '');
}

/** A coil's number as it stands in a file name: letters, digits, `.` and `-`; everything else becomes `-`. */
export function sanitizeCoil(coil: string): string {
  const plain = coil
    .trim()
    .replaceAll(/[^\p{L}\p{N}.-]+/gu, '-')
    .replaceAll(/^[.-]+|[.-]+$/g, '')
    .slice(0, 60);
  return plain === '' ? 'coil' : plain;
}
