import { setTimeout as sleep } from 'node:timers/promises';
import { secondMs } from '../../kernel/time/durations.ts';

const firstMs = 500;
const longestMs = 30 * secondMs;

/**
 * How long to wait before the next of several tries, ms: twice as long after each, half a minute at most, and by chance
 * up to half of it less, so that programs that lost the same server do not come back in step.
 */
export function retryDelay(failures: number, random: () => number = Math.random): number {
  const full = Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 16));
  return full * (1 - random() / 2);
}

/** Waits, but not longer than until `signal` aborts. */
export async function waitUnlessAborted(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {});
}
