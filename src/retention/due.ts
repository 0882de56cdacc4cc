import type { Run, RunCause } from './record-runs.ts';

/** After a run that failed it is tried again no sooner than this. */
const retryAfterMs = 3_600_000;
/** A run that begins within this of its time of night begins at it: a look comes once a minute, and another run may go on. */
const punctualMs = 10 * 60_000;

/**
 * Why a full run is due: none was finished since the last time of night (`since`), or the newest was cut short; null
 * when none is. Runs for a disk's sake clean up a part only and do not count. `runs` are newest first.
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
