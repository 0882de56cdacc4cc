import { createGrowingCache } from '../growing-cache.ts';
import type { Clock } from '../time/clock.ts';
import { minuteMs, secondMs } from '../time/durations.ts';

/** Failures without a wait, and the longest wait after further ones. */
type Rule = { freeFailures: number; longestWaitMs: number };

/**
 * One name from one address: five mistakes, then waits that double up to a lock-out of a quarter of an hour.
 * One address whatever the name: the same after twenty.
 * One name from anywhere: never locked out for long, or a stranger could lock its owner out; and not at all where its
 * owner has signed in before, by the idea of OWASP's device cookies.
 */
const rules = {
  pair: { freeFailures: 5, longestWaitMs: 15 * minuteMs },
  address: { freeFailures: 20, longestWaitMs: 15 * minuteMs },
  account: { freeFailures: 50, longestWaitMs: 30 * secondMs },
} as const satisfies Record<string, Rule>;

/** Failures this old are forgotten. */
const forgetMs = 60 * minuteMs;
/** Names and addresses remembered at the same time; beyond it the least recently used is evicted. */
const maxRemembered = 20_000;
const longestDoubling = 30;

type Failures = { count: number; lastAt: number };

/** A login attempt, allowed now or after `waitMs`. */
export type Attempt =
  | {
      ok: true /** Failures of this name from this address, this one included. */;
      failures: number;
      succeeded(): void;
    }
  | { ok: false; waitMs: number };

export type LoginThrottle = {
  /**
   * Counts an attempt as failed before it is made, so that concurrent attempts cannot bypass the limit; `succeeded` undoes
   * that and forgets the failures of this name from this address. Never waits, so others are not delayed.
   */
  begin(name: string, address: string): Attempt;
};

/** Delays and then locks out password guessing, per account and per address. */
export function createLoginThrottle(clock: Clock): LoginThrottle {
  const kept = createGrowingCache<string, Failures>({ max: maxRemembered });
  /** The addresses from which each name has signed in since startup. */
  const trusted = createGrowingCache<string, true>({ max: maxRemembered });
  const failuresOf = (key: string): Failures => {
    const found = kept.get(key);
    return found && clock.now() - found.lastAt < forgetMs ? found : { count: 0, lastAt: 0 };
  };
  const takeBack = (key: string) => {
    const { count, lastAt } = failuresOf(key);
    if (count > 0) kept.set(key, { count: count - 1, lastAt });
  };
  return {
    begin: (name, address) => {
      const now = clock.now();
      const keys = { pair: `${address} ${name}`, address: `address ${address}`, account: `account ${name}` };
      const isTrusted = trusted.has(keys.pair);
      const counters = (Object.keys(rules) as (keyof typeof rules)[])
        .filter((counter) => counter !== 'account' || !isTrusted)
        .map((counter) => ({ key: keys[counter], ...failuresOf(keys[counter]), rule: rules[counter] }));
      const waitMs = Math.max(
        ...counters.map(({ count, lastAt, rule }) => lastAt + waitAfter(count, rule) - now),
      );
      if (waitMs > 0) return { ok: false, waitMs };
      for (const { key, count } of counters) kept.set(key, { count: count + 1, lastAt: now });
      return {
        ok: true,
        failures: failuresOf(keys.pair).count,
        succeeded: () => {
          kept.delete(keys.pair);
          trusted.set(keys.pair, true);
          for (const { key } of counters) takeBack(key);
        },
      };
    },
  };
}

function waitAfter(count: number, { freeFailures, longestWaitMs }: Rule): number {
  if (count < freeFailures) return 0;
  return Math.min(longestWaitMs, secondMs * 2 ** Math.min(count - freeFailures, longestDoubling));
}
