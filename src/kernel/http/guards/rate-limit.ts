import { createGrowingCache } from '../../growing-cache.ts';
import type { Clock } from '../../time/clock.ts';

/** Beyond this number the least recently seen caller is evicted, which gives it a full bucket. */
const maxCallers = 10_000;

export type RateLimit = {
  /** Counts a request of this caller. 0 if it is allowed, else the milliseconds until the next one is. */
  take(caller: string): number;
};

/** A token bucket for each caller: `burst` requests at once, then `perSec` a second. */
export function createRateLimit(options: { clock: Clock; burst: number; perSec: number }): RateLimit {
  const { clock, burst, perSec } = options;
  const buckets = createGrowingCache<string, { left: number; at: number }>({ max: maxCallers });
  return {
    take: (caller) => {
      const now = clock.now();
      const { left, at } = buckets.get(caller) ?? { left: burst, at: now };
      // A clock that is set back neither adds nor removes tokens.
      const refilled = Math.min(burst, left + (Math.max(0, now - at) / 1000) * perSec);
      const isAllowed = refilled >= 1;
      buckets.set(caller, { left: isAllowed ? refilled - 1 : refilled, at: now });
      return isAllowed ? 0 : Math.ceil(((1 - refilled) / perSec) * 1000);
    },
  };
}
