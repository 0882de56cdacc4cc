import { Temporal } from 'temporal-polyfill';
import { AppError } from '../errors.ts';
import { type CivilDate, civilDateOf, dayNumberOf } from './civil-date.ts';
import { dayMs, hourMs } from './durations.ts';
import { formatLocal, type LocalFormat, parseDateTime } from './local-time-text.ts';

/** More than any clock is set back by at once. */
const longestStepBackMs = 3 * hourMs;

/** Spans of one offset that are remembered per level; when full, everything is learnt anew. 50 years of days fit. */
const maxCachedSpans = 20_000;
/** Seconds of the spans of which an offset is remembered, the next finer one being asked where the offset changes. */
const spanSeconds = [86_400, 3_600, 60] as const;

export type LocalFields = CivilDate & { hour: number; minute: number; second: number };

/** The clock on the wall of one site: between epoch ms UTC and the site's local date and time. */
export type WallClock = {
  readonly timeZone: string;
  /**
   * The instant of a local wall-clock time. The fields must exist as date and time of day. Of a time that happens
   * twice (clocks set back) the first is meant; one that is skipped (clocks set forward) moves on by what was skipped.
   */
  toEpochMs(year: number, month: number, day: number, hour: number, minute: number, second: number): number;
  /** The later instant at which the clock shows the same because it is set back in between; undefined at nearly all times. */
  secondRunAt(at: number): number | undefined;
  /** What the wall clock shows at an instant, whole seconds. */
  fieldsAt(at: number): LocalFields;
  /** Milliseconds by which local time is ahead of UTC at an instant. */
  offsetMsAt(at: number): number;
  /** Start of the local hour that holds the instant. Of a repeated hour each run has its own start. */
  startOfHour(at: number): number;
  /** Start of the local day that holds the instant, or of the day `days` later: the day may last 23 or 25 hours. */
  startOfDay(at: number, days?: number): number;
  /**
   * The instant of `YYYY-MM-DD`, `YYYY-MM-DDTHH:MM[:SS[.fff]]` (site local) or ISO 8601 with `Z` or an offset;
   * undefined when malformed or when there is no such date.
   */
  parse(text: string): number | undefined;
  /** Local text of an instant: `date` YYYY-MM-DD, `time` HH:MM:SS, `hourMinute` HH:MM, `minute` YYYY-MM-DDTHH:MM, `iso` with offset. */
  format(at: number, format: LocalFormat): string;
};

/**
 * The offset at a second, from `lookUp` where it is not yet known. An offset that is equal at both ends of a day holds
 * all day; on the few days where it changes the hour is asked, and in that hour the minute.
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

/** Seconds by which local time is ahead, of a local second counted as if it were UTC. */
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
 * The wall clock of an IANA time zone such as `Asia/Seoul`. Offsets come from the Temporal library and are remembered,
 * so a million conversions cost a tenth of a second. Throws `invalid` when the zone is unknown.
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
  };
  return clock;
}
