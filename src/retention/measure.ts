import type { Amount, Hindrance, Holdings, RetentionPolicy } from '../kernel/retention-policy.ts';
import type { Clock } from '../kernel/time/clock.ts';
import type { WallClock } from '../kernel/time/time-zone.ts';
import { cutsOf } from './cuts.ts';

/** A measurement is reused for this long, so that many viewers cost one. */
const keptMs = 10_000;

/** A policy, its holdings, and what its limits would delete now. */
export type PolicyState = {
  key: string;
  limits: RetentionPolicy['limits'];
  isEstimate: boolean;
  hindrance: Hindrance | null;
  holdings: Holdings;
  due: Amount;
};

/** Measures every policy. Concurrent callers share one measurement. */
export function createMeasure(options: {
  policies: readonly RetentionPolicy[];
  clock: Clock;
  wallClock: WallClock;
}): { read(): Promise<PolicyState[]>; forget(): void } {
  const { policies, clock, wallClock } = options;
  let kept: { at: number; states: Promise<PolicyState[]> } | undefined;

  async function readAll(): Promise<PolicyState[]> {
    const states: PolicyState[] = [];
    for (const policy of policies) states.push(await readPolicy(policy, clock.now(), wallClock));
    return states;
  }

  return {
    read: () => {
      if (kept && performance.now() - kept.at < keptMs) return kept.states;
      const states = readAll();
      kept = { at: performance.now(), states };
      states.catch(() => {
        kept = undefined;
      });
      return states;
    },
    forget: () => {
      kept = undefined;
    },
  };
}

async function readPolicy(policy: RetentionPolicy, now: number, wallClock: WallClock): Promise<PolicyState> {
  const holdings = await policy.read();
  let due: Amount = { count: 0, bytes: holdings.bytes === null ? null : 0 };
  // What is too old and what is too much overlap: the larger of the two is due.
  for (const cut of cutsOf(policy.limits, holdings, now, wallClock)) {
    const amount = await policy.preview(cut);
    if (amount.count > due.count) due = amount;
  }
  const { key, limits, isEstimate } = policy;
  return { key, limits, isEstimate, hindrance: policy.hindrance(), holdings, due };
}
