import { LRUCache } from 'lru-cache';
import type { Clock } from '../../time/clock.ts';

/** Callers remembered at the same time; the longest unused is forgotten, and so has a full bucket again. */
const maxCallers = 10_000;

export type RateLimit = {
  /** Takes one request of this caller: 0 when it may go on, else the milliseconds until the next one may. */
  take(caller: string): number;
};

/** A token bucket for each caller: `burst` requests at once, then `perSec` a second. */
export function createRateLimit(options: { clock: Clock; burst: number; perSec: number }): RateLimit {
  const { clock, burst, perSec } = options;
  const buckets = new LRUCache<string, { left: number; at: number }>({ max: maxCallers });
  return {
    take: (caller) => {
      const now = clock.now();
      const { left, at } = buckets.get(caller) ?? { left: burst, at: now };
      // A clock that is set back gives nothing and takes nothing.
      const refilled = Math.min(burst, left + (Math.max(0, now - at) / 1000) * perSec);
      const isLet = refilled >= 1;
      buckets.set(caller, { left: isLet ? refilled - 1 : refilled, at: now });
      return isLet ? 0 : Math.ceil(((1 - refilled) / perSec) * 1000);
    },
  };
}
