import type { Amount, Hindrance, Holdings, RetentionKind } from '../kernel/retention-kind.ts';
import type { Clock } from '../kernel/time/clock.ts';
import type { WallClock } from '../kernel/time/time-zone.ts';
import { cutsOf } from './clean-up.ts';

/** What is measured is told again for this long; a page full of viewers costs one look. */
const keptMs = 10_000;

/** A kind with what there is of it and what its limits would take now. */
export type KindState = {
  key: string;
  limits: RetentionKind['limits'];
  isEstimate: boolean;
  hindrance: Hindrance | null;
  holdings: Holdings;
  due: Amount;
};

/** Looks at every kind; together asked for, looked once. */
export function createMeasure(options: {
  kinds: readonly RetentionKind[];
  clock: Clock;
  wallClock: WallClock;
}): { read(): Promise<KindState[]>; forget(): void } {
  const { kinds, clock, wallClock } = options;
  let kept: { at: number; states: Promise<KindState[]> } | undefined;

  async function readAll(): Promise<KindState[]> {
    const states: KindState[] = [];
    for (const kind of kinds) states.push(await readKind(kind, clock.now(), wallClock));
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

async function readKind(kind: RetentionKind, now: number, wallClock: WallClock): Promise<KindState> {
  const holdings = await kind.read();
  let due: Amount = { count: 0, bytes: holdings.bytes === null ? null : 0 };
  // What is too old and what is too much overlap: the larger of the two goes.
  for (const cut of cutsOf(kind, holdings, now, wallClock)) {
    const amount = await kind.preview(cut);
    if (amount.count > due.count) due = amount;
  }
  const { key, limits, isEstimate } = kind;
  return { key, limits, isEstimate, hindrance: kind.hindrance(), holdings, due };
}
