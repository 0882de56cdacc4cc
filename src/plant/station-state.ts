import { hourMs, minuteMs } from '../kernel/time/durations.ts';
import { silentAfterMs } from './usual-interval.ts';

/** What is wrong with a station now, worst first; derived from facts and `now`, never stored. */
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
  /** Least usual yield (0..1) where the last hour's lies below it. */
  belowUsual: number | null;
};

/** A silence longer than this is a station at rest (a weekend, a stopped line), not a fault in progress. */
export const atRestAfterMs = 12 * hourMs;
/** Without a known usual interval a station counts as running while its last image is younger than this. */
const runningWithoutIntervalMs = 10 * minuteMs;

/** Everything that holds for the station at `now`, worst first and never empty. */
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

/** A station's silence at `now`; null while it is as usual, at rest, or its usual interval is unknown. */
export function stationSilence(
  { lastSeenAt, usualIntervalMs }: Pick<StationFacts, 'lastSeenAt' | 'usualIntervalMs'>,
  now: number,
): Extract<StationCondition, { kind: 'silent' }> | null {
  if (lastSeenAt === null || usualIntervalMs === null) return null;
  const ageMs = now - lastSeenAt;
  if (ageMs <= silentAfterMs(usualIntervalMs) || ageMs >= atRestAfterMs) return null;
  return { kind: 'silent', sinceAt: lastSeenAt, usualIntervalMs };
}

/** The colour (and rank) of a condition; colour means state and nothing else. */
export function conditionTone(condition: StationCondition): Tone {
  if (condition.kind === 'burst') return 'ng';
  if (condition.kind === 'silent' || condition.kind === 'low') return 'warn';
  return condition.kind === 'running' ? 'ok' : 'unknown';
}

/** 0 is worst: what is wrong sorts to the top. */
export function toneRank(tone: Tone): number {
  return { ng: 0, warn: 1, ok: 2, unknown: 3 }[tone];
}
