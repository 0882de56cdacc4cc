import { type CivilDate, dayNumberOf, isCivilDate, isTimeOfDay } from './civil-date.ts';

export type LocalFormat = 'date' | 'time' | 'hourMinute' | 'minute' | 'second' | 'iso';

type LocalTime = CivilDate & { hour: number; minute: number; second: number };

const dateTimePattern =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(Z|[+-]\d\d(?::?\d\d)?)?)?$/i;

/**
 * Epoch ms of a date, a local date and time, or an ISO 8601 instant with `Z` or an offset. `toEpochMs` converts a local
 * time at the site. Undefined when the text is malformed or its date or time does not exist.
 */
export function parseDateTime(
  text: string,
  toEpochMs: (
    year: number,
    month: number,
    day: number,
    hour: number,
    minute: number,
    second: number,
  ) => number,
): number | undefined {
  const match = dateTimePattern.exec(text.trim());
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((field) => Number(field ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (!isCivilDate(year, month, day) || !isTimeOfDay(hour, minute, second)) return undefined;
  const milliseconds = Math.floor(Number(`0.${match[7] ?? '0'}`) * 1_000);
  const zone = match[8];
  if (zone === undefined) return toEpochMs(year, month, day, hour, minute, second) + milliseconds;
  const offsetMinutes = parseOffsetMinutes(zone);
  if (offsetMinutes === undefined) return undefined;
  const seconds = dayNumberOf(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
  return (seconds - offsetMinutes * 60) * 1_000 + milliseconds;
}

/** The offset in minutes ahead of UTC of `Z`, `+09`, `+0900` or `+09:00`; undefined beyond a day. */
function parseOffsetMinutes(zone: string): number | undefined {
  if (zone.toUpperCase() === 'Z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(':', '') || 0);
  if (hours > 23 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

const two = (value: number): string => (value < 10 ? `0${value}` : `${value}`);

/** Formats a local time; `iso` adds the offset (ms ahead of UTC), so that it parses to the same second. */
export function formatLocal(local: LocalTime, offsetMs: number, format: LocalFormat): string {
  const hourMinute = `${two(local.hour)}:${two(local.minute)}`;
  if (format === 'hourMinute') return hourMinute;
  const time = `${hourMinute}:${two(local.second)}`;
  if (format === 'time') return time;
  const date = `${String(local.year).padStart(4, '0')}-${two(local.month)}-${two(local.day)}`;
  if (format === 'date') return date;
  if (format === 'minute') return `${date}T${hourMinute}`;
  const text = `${date}T${time}`;
  return format === 'second' ? text : `${text}${formatOffset(offsetMs)}`;
}

/** `±HH:MM` of an offset ahead of UTC, ms. */
export function formatOffset(offsetMs: number): string {
  const ahead = Math.abs(Math.round(offsetMs / 60_000));
  return `${offsetMs < 0 ? '-' : '+'}${two(Math.floor(ahead / 60))}:${two(ahead % 60)}`;
}
