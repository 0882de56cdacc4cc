import { Temporal } from 'temporal-polyfill';
import { AppError } from '../errors.ts';
import { type CivilDate, civilDateOf, dayNumberOf } from './civil-date.ts';
import { dayMs, hourMs } from './durations.ts';
import { formatLocal, formatOffset, type LocalFormat, parseDateTime } from './local-time-text.ts';

/** No clock is set back by more than this at once. */
const longestStepBackMs = 3 * hourMs;

/** Cached spans of constant offset per level; a full cache is cleared. 50 years of days fit. */
const maxCachedSpans = 20_000;
/** Lengths of cached spans in seconds; where the offset changes within a span, the next shorter one is used. */
const spanSeconds = [86_400, 3_600, 60] as const;

export type LocalFields = CivilDate & { hour: number; minute: number; second: number };

/** Converts between epoch ms UTC and the local date and time of one site. */
export type WallClock = {
  readonly timeZone: string;
  /**
   * The instant of a local time. The fields must be an existing date and time of day. A time that occurs twice (clocks set
   * back) is the first of both; one that is skipped (clocks set forward) is moved forward by the skipped amount.
   */
  toEpochMs(year: number, month: number, day: number, hour: number, minute: number, second: number): number;
  /** The later instant with the same local time, where the clock is set back in between; usually undefined. */
  secondRunAt(at: number): number | undefined;
  /** The local date and time at an instant, whole seconds. */
  fieldsAt(at: number): LocalFields;
  /** Offset of local time ahead of UTC at an instant, ms. */
  offsetMsAt(at: number): number;
  /** Start of the local hour that contains the instant. A repeated hour has two starts. */
  startOfHour(at: number): number;
  /** Start of the local day that contains the instant, or of the day `days` later; a day may have 23 or 25 hours. */
  startOfDay(at: number, days?: number): number;
  /**
   * The instant of `YYYY-MM-DD`, `YYYY-MM-DDTHH:MM[:SS[.fff]]` (site local) or ISO 8601 with `Z` or an offset;
   * undefined when malformed or when the date does not exist.
   */
  parse(text: string): number | undefined;
  /** Local text of an instant: `date` YYYY-MM-DD, `time` HH:MM:SS, `hourMinute` HH:MM, `minute` YYYY-MM-DDTHH:MM, `second` YYYY-MM-DDTHH:MM:SS, `iso` with offset. */
  format(at: number, format: LocalFormat): string;
  /**
   * Local text of an instant as a `datetime-local` field takes it: YYYY-MM-DDTHH:MM, with seconds and milliseconds only
   * where they are not 0.
   */
  fieldText(at: number): string;
  /** The offset `±HH:MM` of an instant whose local time occurs twice, because the clock is set back; else undefined. */
  offsetText(at: number): string | undefined;
};

/**
 * The offset at a second, from `lookUp` when it is not cached. An offset equal at both ends of a day holds for the whole
 * day; on the few days on which it changes, the hour is looked up, and within that hour the minute.
 */
function createOffsetCache(lookUp: (second: number) => number): (second: number) => number {
  const levels = spanSeconds.map((span) => ({ span, offsets: new Map<number, number>() }));
  const changing = Number.NaN;

  function offsetOf(second: number, depth: number): number {
    const level = levels[depth];
    if (level === undefined) return lookUp(second);
    const key = Math.floor(second / level.span);
    let offset = level.offsets.get(key);
    if (offset === undefined) {
      const first = lookUp(key * level.span);
      offset = first === lookUp((key + 1) * level.span - 1) ? first : changing;
      if (level.offsets.size >= maxCachedSpans) level.offsets.clear();
      level.offsets.set(key, offset);
    }
    return Number.isNaN(offset) ? offsetOf(second, depth + 1) : offset;
  }
  return (second) => offsetOf(second, 0);
}

/** The offset in seconds of a local second, which is counted as if it were UTC. */
function lookUpLocal(timeZone: string): (localSecond: number) => number {
  return (localSecond) => {
    const dayNumber = Math.floor(localSecond / 86_400);
    const { year, month, day } = civilDateOf(dayNumber);
    const time = localSecond - dayNumber * 86_400;
    const local = new Temporal.PlainDateTime(
      year,
      month,
      day,
      Math.floor(time / 3_600),
      Math.floor(time / 60) % 60,
      time % 60,
    );
    const instant = local.toZonedDateTime(timeZone, { disambiguation: 'compatible' });
    return localSecond - instant.epochMilliseconds / 1_000;
  };
}

/**
 * The wall clock of an IANA time zone such as `Asia/Seoul`. Offsets come from the Temporal library and are cached, so a
 * million conversions take a tenth of a second. Throws `invalid` when the zone is unknown.
 */
export function createWallClock(timeZone: string): WallClock {
  const zoned = (at: number) => Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone);
  try {
    zoned(0);
  } catch {
    throw new AppError('invalid', `"${timeZone}" is not a time zone. Use an IANA name such as Asia/Seoul.`);
  }
  const localOffset = createOffsetCache(lookUpLocal(timeZone));
  const utcOffset = createOffsetCache((second) => zoned(second * 1_000).offsetNanoseconds / 1e9);
  const dayStarts = new Map<number, number>();

  const offsetMsAt = (at: number) => utcOffset(Math.floor(at / 1_000)) * 1_000;

  function startOfDayNumber(dayNumber: number): number {
    const known = dayStarts.get(dayNumber);
    if (known !== undefined) return known;
    const { year, month, day } = civilDateOf(dayNumber);
    const startAt = new Temporal.PlainDate(year, month, day).toZonedDateTime(timeZone).epochMilliseconds;
    if (dayStarts.size >= maxCachedSpans) dayStarts.clear();
    dayStarts.set(dayNumber, startAt);
    return startAt;
  }

  const clock: WallClock = {
    timeZone,
    toEpochMs(year, month, day, hour, minute, second) {
      const local = dayNumberOf(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
      return (local - localOffset(local)) * 1_000;
    },
    secondRunAt(at) {
      const backMs = offsetMsAt(at) - offsetMsAt(at + longestStepBackMs);
      const later = at + backMs;
      return backMs > 0 && offsetMsAt(later) === offsetMsAt(at) - backMs ? later : undefined;
    },
    fieldsAt(at) {
      const local = at + offsetMsAt(at);
      const dayNumber = Math.floor(local / dayMs);
      const time = Math.floor((local - dayNumber * dayMs) / 1_000);
      const date = civilDateOf(dayNumber);
      return {
        ...date,
        hour: Math.floor(time / 3_600),
        minute: Math.floor(time / 60) % 60,
        second: time % 60,
      };
    },
    offsetMsAt,
    startOfHour(at) {
      const local = at + offsetMsAt(at);
      const startAt = at - (local - Math.floor(local / hourMs) * hourMs);
      if (offsetMsAt(startAt) === offsetMsAt(at)) return startAt;
      // The clocks were set within this hour, as on Lord Howe Island by 30 minutes: it starts at that instant.
      return zoned(at + 1).getTimeZoneTransition('previous')?.epochMilliseconds ?? startAt;
    },
    startOfDay: (at, days = 0) => startOfDayNumber(Math.floor((at + offsetMsAt(at)) / dayMs) + days),
    parse: (text) => parseDateTime(text, clock.toEpochMs),
    format: (at, format) => formatLocal(clock.fieldsAt(at), offsetMsAt(at), format),
    fieldText: (at) => {
      const milliseconds = ((at % 1_000) + 1_000) % 1_000;
      if (milliseconds > 0) return `${clock.format(at, 'second')}.${String(milliseconds).padStart(3, '0')}`;
      return clock.format(at, clock.fieldsAt(at).second > 0 ? 'second' : 'minute');
    },
    offsetText: (at) => {
      const { year, month, day, hour, minute, second } = clock.fieldsAt(at);
      const isSecondRun =
        clock.toEpochMs(year, month, day, hour, minute, second) < Math.floor(at / 1_000) * 1_000;
      const isRepeated = isSecondRun || clock.secondRunAt(at) !== undefined;
      return isRepeated ? formatOffset(offsetMsAt(at)) : undefined;
    },
  };
  return clock;
}
