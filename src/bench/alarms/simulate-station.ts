import type { FoundAlarm } from '../../alerts/model.ts';
import type { CountedSpan, ModelCounts } from '../../inspections/stations/baseline.ts';
import { createHourJudge } from '../../inspections/stations/judge-hours.ts';
import { startOfTests } from '../../inspections/stations/station-tests.ts';
import { dayMs, hourMs, minuteMs } from '../../kernel/time/durations.ts';
import { createRandom, type Random } from '../../simulator/random.ts';
import { shareAtOdds } from '../../statistics/cusum.ts';

/** A station whose NG come by chance alone. */
export type StationPlan = {
  perDay: number;
  /** NG share of each model, 0..1; several run by turns of a few hours. */
  shares: readonly number[];
  /** From this instant on each model's NG share is at `odds` times its odds. */
  fault?: { atMs: number; odds: number };
  /** A target that somebody has set. */
  targetYield?: number;
};

/** Model of the last turn and when it ends. */
type Turn = { partId: number; endAt: number };
const turnHours = { min: 2, max: 6 };

/** The minutes of one hour of a plan, as the roll-ups have them. */
function createMinutes(plan: StationPlan, key: string): (hourAt: number) => CountedSpan[] {
  const random = createRandom(key);
  const meanOfMinute = (plan.perDay * minuteMs) / dayMs;
  let turn: Turn = { partId: 1, endAt: 0 };
  return (hourAt) => {
    const minutes: CountedSpan[] = [];
    for (let startAt = hourAt; startAt < hourAt + hourMs; startAt += minuteMs) {
      if (plan.shares.length > 1 && startAt >= turn.endAt) turn = nextTurn(turn, plan, startAt, random);
      const inspections = drawCount(meanOfMinute, random);
      if (inspections === 0) continue;
      const share = shareAt(plan, turn.partId, startAt);
      let ng = 0;
      for (let i = 0; i < inspections; i++) if (random.chance(share)) ng++;
      minutes.push({ startAt, models: [{ partId: turn.partId, ok: inspections - ng, ng }] });
    }
    return minutes;
  };
}

function nextTurn({ partId }: Turn, { shares }: StationPlan, at: number, random: Random): Turn {
  return {
    partId: (partId % shares.length) + 1,
    endAt: at + random.integer(turnHours.min * 60, turnHours.max * 60) * minuteMs,
  };
}

function shareAt({ shares, fault }: StationPlan, partId: number, at: number): number {
  const share = shares[partId - 1] ?? 0;
  return fault && at >= fault.atMs ? shareAtOdds(share, fault.odds) : share;
}

/** A Poisson draw (Knuth): inspections arrive independently. */
function drawCount(mean: number, random: Random): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random.next(); product > limit; product *= random.next()) count++;
  return count;
}

/** What a rule sees of one hour. */
export type WatchHour = (hour: CountedSpan, minutes: readonly CountedSpan[]) => void;

/** Runs a plan hour by hour and shows each hour to every rule; stops early once `isDone`. */
export function runStation(
  plan: StationPlan,
  options: { key: string; days: number; watch: readonly WatchHour[]; isDone?: () => boolean },
): void {
  const minutesOf = createMinutes(plan, options.key);
  // A start far from zero, because an instant of 0 stands for "never" in places.
  for (let hour = 0; hour < options.days * 24 && !options.isDone?.(); hour++) {
    const startAt = simulationStartsAt + hour * hourMs;
    const minutes = minutesOf(startAt);
    const span = { startAt, models: sumModels(minutes) };
    for (const watch of options.watch) watch(span, minutes);
  }
}

/** Start of every simulation: a full UTC hour. */
export const simulationStartsAt = 1000 * dayMs;

function sumModels(minutes: readonly CountedSpan[]): ModelCounts[] {
  const sums = new Map<number, ModelCounts>();
  for (const { partId, ok, ng } of minutes.flatMap(({ models }) => models)) {
    const known = sums.get(partId) ?? { partId, ok: 0, ng: 0 };
    sums.set(partId, { partId, ok: known.ok + ok, ng: known.ng + ng });
  }
  return [...sums.values()];
}

/** Hours that the product still looks at. */
const keptHours = 45 * 24;

/** A station that is usually near the assumed target or below it is one whose level somebody has accepted. */
const acceptedShare = 0.08;

/** The product's own tests of a station. */
export function watchWithProduct({ shares, targetYield }: StationPlan): {
  watch: WatchHour;
  alarms: FoundAlarm[];
} {
  const judge = createHourJudge({ state: startOfTests(), past: [] });
  const rules = {
    stageAt: Math.max(...shares) >= acceptedShare ? simulationStartsAt : 0,
    targetOf: () => (targetYield === undefined ? undefined : 1 - targetYield),
  };
  return {
    alarms: judge.alarms,
    watch: (hour, minutes) => {
      judge.judge(hour, minutes, rules);
      if (judge.past.length > keptHours) judge.past.shift();
      judge.hours.length = 0;
    },
  };
}
