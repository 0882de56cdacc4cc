import type { Run } from './record-runs.ts';

/** After a run that failed it is tried again no sooner than this. */
const retryAfterMs = 3_600_000;

/**
 * Whether a full run is due: none was finished since the last time of night (`since`), or the newest was cut short.
 * Runs for a disk's sake clean up a part only and do not count. `runs` are newest first.
 */
export function isNightDue(runs: readonly Run[], since: number, now: number): boolean {
  const [newest] = runs;
  if (newest?.outcome === 'stopped') return true;
  const full = runs.find(({ cause }) => cause !== 'disk');
  if (full?.outcome === 'failed') return now - (full.endedAt ?? 0) >= retryAfterMs;
  return full === undefined || full.startedAt < since;
}
