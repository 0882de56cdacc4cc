import type { Run, RunCause } from './run-records.ts';

/** Least time between a failed run and the next. */
const retryAfterMs = 3_600_000;
/** A run that begins this soon after its time is on time: checks come once a minute, and another run may be under way. */
const punctualMs = 10 * 60_000;

/**
 * Why a full run is due: none was completed since the last nightly time (`since`), or the newest was cut short. Null
 * when none is due. Runs for a full disk are partial and do not count. `runs` are newest first.
 */
export function dueCause(runs: readonly Run[], since: number, now: number): RunCause | null {
  const [newest] = runs;
  if (newest?.outcome === 'stopped') return 'again';
  const full = runs.find(({ cause }) => cause !== 'disk');
  if (full === undefined) return 'first';
  if (full.outcome === 'failed') return now - (full.endedAt ?? 0) >= retryAfterMs ? 'again' : null;
  if (full.startedAt >= since) return null;
  return now - since <= punctualMs ? 'night' : 'late';
}
