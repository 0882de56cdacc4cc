import { hourMs, minuteMs } from '../kernel/time/durations.ts';
import { silentAfterMs } from './usual-interval.ts';

/** The condition of a station, worst first; derived from facts and `now`, never stored. */
export type StationCondition =
  | { kind: 'burst'; sinceAt: number }
  | { kind: 'low'; lower: number }
  | { kind: 'silent'; sinceAt: number; usualIntervalMs: number }
  | { kind: 'running' }
  | { kind: 'quiet'; lastSeenAt: number | null };

export type Tone = 'ng' | 'warn' | 'ok' | 'unknown';

export type StationFacts = {
  lastSeenAt: number | null;
  usualIntervalMs: number | null;
  ngBurstSince: number | null;
  /** Lower limit (0..1) of the usual yield when the last hour lies below it. */
  belowUsual: number | null;
};

/** A longer silence means a station at rest (a weekend, a stopped line), not a current fault. */
export const atRestAfterMs = 12 * hourMs;
/** Without a known usual interval a station runs while its last image is younger than this. */
const runningWithoutIntervalMs = 10 * minuteMs;

/** All conditions of the station at `now`, worst first; never empty. */
export function stationConditions(facts: StationFacts, now: number): StationCondition[] {
  const found: StationCondition[] = [];
  if (facts.ngBurstSince !== null) found.push({ kind: 'burst', sinceAt: facts.ngBurstSince });
  else if (facts.belowUsual !== null) found.push({ kind: 'low', lower: facts.belowUsual });
  const silence = stationSilence(facts, now);
  if (silence !== null) found.push(silence);
  if (found.length > 0) return found;
  const { lastSeenAt, usualIntervalMs } = facts;
  const ageMs = lastSeenAt === null ? Number.POSITIVE_INFINITY : now - lastSeenAt;
  const running = ageMs < atRestAfterMs && (usualIntervalMs !== null || ageMs < runningWithoutIntervalMs);
  return [running ? { kind: 'running' } : { kind: 'quiet', lastSeenAt }];
}

/** A station's silence at `now`; null while it runs as usual, is at rest, or has no known usual interval. */
export function stationSilence(
  { lastSeenAt, usualIntervalMs }: Pick<StationFacts, 'lastSeenAt' | 'usualIntervalMs'>,
  now: number,
): Extract<StationCondition, { kind: 'silent' }> | null {
  if (lastSeenAt === null || usualIntervalMs === null) return null;
  const ageMs = now - lastSeenAt;
  if (ageMs <= silentAfterMs(usualIntervalMs) || ageMs >= atRestAfterMs) return null;
  return { kind: 'silent', sinceAt: lastSeenAt, usualIntervalMs };
}

/** The tone of a condition, which sets its colour and rank. */
export function conditionTone(condition: StationCondition): Tone {
  if (condition.kind === 'burst') return 'ng';
  if (condition.kind === 'silent' || condition.kind === 'low') return 'warn';
  return condition.kind === 'running' ? 'ok' : 'unknown';
}

/** 0 is worst, so that problems sort to the top. */
export function toneRank(tone: Tone): number {
  return { ng: 0, warn: 1, ok: 2, unknown: 3 }[tone];
}
