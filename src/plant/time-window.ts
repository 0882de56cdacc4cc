import { AppError } from '../kernel/errors.ts';
import { dayMs, hourMs, minuteMs } from '../kernel/time/durations.ts';
import { type LocalStep, localStepsWithin, stepMs } from '../kernel/time/local-steps.ts';
import type { WallClock } from '../kernel/time/time-zone.ts';
import { type Period, periods } from './links.ts';
import { addCounts, noCounts, type TrendBucket } from './yield.ts';

/** A half-open stretch of time, epoch ms UTC: `startAt` inclusive, `endAt` exclusive. */
export type TimeWindow = { startAt: number; endAt: number };

const presetMs = { '1h': hourMs, '1d': dayMs, '1w': 7 * dayMs } as const;

/** A `URLSearchParams`, as far as it is used here. */
type Query = { get(name: string): string | null };

/** The shifts of a site, as far as a window asks for them. */
export type ShiftsOfWindow = {
  /** The shift that runs at an instant, or else the last one before it. */
  shiftAt(at: number): TimeWindow | undefined;
};

/** `isReversed`: the given end is not after the start, and the window is the minute from the start. */
export type PageWindow = TimeWindow & { period: Period; isReversed: boolean };

/**
 * The window of a page: `period` is one of `periods`, 1h by default; custom takes `start` and `end`. A preset ends with
 * the current minute, so an image of this second is inside; yesterday ends at midnight of the site, a shift at its end.
 * `start` or `end` without a period mean custom; a missing end is the end of the current minute, a missing start 24 h
 * before the end. Throws `invalid` naming the malformed field, or the period that needs shifts where there are none.
 */
export function parsePageWindow(
  query: Query,
  now: number,
  wallClock: WallClock,
  shifts?: ShiftsOfWindow,
): PageWindow {
  const minuteEndAt = Math.floor(now / minuteMs) * minuteMs + minuteMs;
  const isCustom = isGiven(query, 'start') || isGiven(query, 'end');
  const period = parsePeriod(query) ?? (isCustom ? 'custom' : '1h');
  if (period !== 'custom') {
    return { ...presetWindow(period, minuteEndAt, { now, wallClock, shifts }), period, isReversed: false };
  }
  const asked = readRange(query, minuteEndAt, wallClock);
  return { ...atLeastAMinute(asked), period, isReversed: asked.endAt <= asked.startAt };
}

/**
 * The window of `POST /api/stats` as contract S1 defines it: half-open; presets end at the start of the current minute;
 * without any field the last 24 h; an end not after the start becomes start + 1 min. A preset overrides start and end.
 * Throws `invalid` naming the malformed field.
 */
export function parseStatsWindow(
  query: Query,
  now: number,
  wallClock: WallClock,
  shifts?: ShiftsOfWindow,
): TimeWindow {
  const minuteAt = Math.floor(now / minuteMs) * minuteMs;
  const period = parsePeriod(query) ?? 'custom';
  if (period === 'custom') return atLeastAMinute(readRange(query, minuteAt, wallClock));
  return atLeastAMinute(presetWindow(period, minuteAt, { now, wallClock, shifts }));
}

function presetWindow(
  period: Exclude<Period, 'custom'>,
  endAt: number,
  { now, wallClock, shifts }: { now: number; wallClock: WallClock; shifts: ShiftsOfWindow | undefined },
): TimeWindow {
  if (period === 'shift' || period === 'last-shift') return shiftWindow(period, endAt, now, shifts);
  if (period === 'hour') return { startAt: wallClock.startOfHour(now), endAt };
  if (period === 'today') return { startAt: wallClock.startOfDay(now), endAt };
  if (period === 'yesterday')
    return { startAt: wallClock.startOfDay(now, -1), endAt: wallClock.startOfDay(now) };
  return { startAt: endAt - presetMs[period], endAt };
}

/** The shift that a period means now; undefined where there is none. */
export function findShift(
  period: 'shift' | 'last-shift',
  now: number,
  shifts: ShiftsOfWindow | undefined,
): TimeWindow | undefined {
  const current = shifts?.shiftAt(now);
  return period === 'shift' ? current : current && shifts?.shiftAt(current.startAt - 1);
}

function shiftWindow(
  period: 'shift' | 'last-shift',
  endAt: number,
  now: number,
  shifts: ShiftsOfWindow | undefined,
): TimeWindow {
  const shift = findShift(period, now, shifts);
  if (shift) return { startAt: shift.startAt, endAt: Math.min(shift.endAt, endAt) };
  const why = shifts
    ? 'There was no such shift in two months at this site.'
    : 'No shifts are set for this site.';
  throw new AppError('invalid', `${why} They are set on System, Shifts (/plant/shifts).`, {
    details: { field: 'period' },
  });
}

function isGiven(query: Query, field: string): boolean {
  return (query.get(field) ?? '').trim() !== '';
}

function parsePeriod(query: Query): Period | undefined {
  if (!isGiven(query, 'period')) return undefined;
  const text = query.get('period')!.trim();
  const period = periods.find((known) => known === text);
  if (period !== undefined) return period;
  throw new AppError('invalid', unknownPeriod(text), { details: { field: 'period' } });
}

/** Why a text is no period. */
export function unknownPeriod(text: string): string {
  const known = `${periods.slice(0, -1).join(', ')} and ${periods.at(-1)}`;
  return `The period "${text.slice(0, 40)}" is none of ${known}.`;
}

function readRange(query: Query, latestAt: number, wallClock: WallClock): TimeWindow {
  const endAt = parseInstant(query, 'end', wallClock) ?? latestAt;
  const startAt = parseInstant(query, 'start', wallClock) ?? endAt - dayMs;
  return { startAt, endAt };
}

function atLeastAMinute({ startAt, endAt }: TimeWindow): TimeWindow {
  return { startAt, endAt: endAt > startAt ? endAt : startAt + minuteMs };
}

function parseInstant(query: Query, field: 'start' | 'end', wallClock: WallClock): number | undefined {
  if (!isGiven(query, field)) return undefined;
  const text = query.get(field)!;
  // An unescaped + arrives as a space: 2025-09-06T10:21:31 09:00.
  const at = wallClock.parse(text.replace(/(:\d\d\S*) (\d\d:?\d\d)$/, '$1+$2'));
  if (at !== undefined) return ofRun(at, text, query.get(`${field}Offset`), wallClock);
  const example = 'Write it as 2025-09-06T10:21 (local time of the site) or as ISO 8601.';
  throw new AppError('invalid', `The ${field} "${text.slice(0, 40)}" is not a time. ${example}`, {
    details: { field },
  });
}

/**
 * The instant of a local time that occurs twice: the one with the given offset (`±HH:MM`). A time field has no room for
 * it, so the form sends it along; it counts only while it fits the time in the field.
 */
function ofRun(at: number, text: string, offset: string | null, wallClock: WallClock): number {
  const chosen = offset
    ? wallClock.parse(`${text.trim()}${offset.trim().replace(/^(?=\d)/, '+')}`)
    : undefined;
  if (chosen === undefined) return at;
  return wallClock.fieldText(chosen) === wallClock.fieldText(at) ? chosen : at;
}

/** Bucket widths of a trend, narrowest first. */
const bucketSteps: readonly LocalStep[] = [
  { unit: 'minute', count: 1 },
  { unit: 'minute', count: 5 },
  { unit: 'minute', count: 15 },
  { unit: 'hour', count: 1 },
  { unit: 'hour', count: 6 },
  { unit: 'day', count: 1 },
  { unit: 'day', count: 7 },
  { unit: 'day', count: 28 },
];

/** A window cut into buckets of `bucketMs`; the first, the last and those at a clock change may differ. */
export type Buckets = { bucketMs: number; buckets: TimeWindow[] };

/**
 * Cuts a window at whole minutes, hours or days of the site's local time, into at most `maxBuckets` full buckets and
 * partial ones at the ends. The first bucket starts with the window and the last ends with it.
 */
export function bucketsOf(window: TimeWindow, wallClock: WallClock, maxBuckets = 60): Buckets {
  const durationMs = window.endAt - window.startAt;
  const fits = (step: LocalStep) => durationMs / stepMs(step) <= maxBuckets;
  const step = bucketSteps.find(fits) ?? { unit: 'day', count: Math.ceil(durationMs / dayMs / maxBuckets) };
  const borders = localStepsWithin(window.startAt + 1, window.endAt, step, wallClock);
  const starts = [window.startAt, ...borders];
  const buckets = starts.map((startAt, i) => ({ startAt, endAt: starts[i + 1] ?? window.endAt }));
  return { bucketMs: stepMs(step), buckets };
}

/** Whether every border between buckets is a full hour of UTC, so that counts by the hour serve them. */
export function areCutAtHours(buckets: readonly TimeWindow[]): boolean {
  return buckets.slice(1).every(({ startAt }) => startAt % hourMs === 0);
}

/** Whether hours of this clock begin with hours of UTC throughout a window, so that counts by the hour serve them. */
export function areHoursOfUtc({ startAt, endAt }: TimeWindow, wallClock: WallClock): boolean {
  for (let at = startAt; at < endAt; at += dayMs) if (wallClock.offsetMsAt(at) % hourMs !== 0) return false;
  return wallClock.offsetMsAt(endAt) % hourMs === 0;
}

/** Sums minute or hour counts into the bucket in which they start; rows outside the buckets are ignored. */
export function fillBuckets(buckets: readonly TimeWindow[], rows: Iterable<TrendBucket>): TrendBucket[] {
  const filled = buckets.map(({ startAt }) => ({ startAt, ...noCounts }));
  const endAt = buckets.at(-1)?.endAt ?? Number.NEGATIVE_INFINITY;
  for (const row of rows) {
    const bucket = row.startAt < endAt ? filled[lastStartedAt(filled, row.startAt)] : undefined;
    if (bucket === undefined) continue;
    addCounts(bucket, row);
  }
  return filled;
}

/** Index of the last bucket that starts at or before `at`; -1 when none does. */
function lastStartedAt(buckets: readonly { startAt: number }[], at: number): number {
  let low = 0;
  let high = buckets.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (buckets[middle]!.startAt <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
