import { dayMs, minuteMs } from '../../kernel/time/durations.ts';
import { keyOf } from './false-alarms.ts';
import { watchWithPreviousRule } from './previous-rule.ts';
import { runStation, type StationPlan, simulationStartsAt, watchWithProduct } from './simulate-station.ts';

/** A fault that is not noticed for this long counts as missed. */
const patienceDays = 10;
const learntInspections = 20_000;

/** Delays of one kind of fault: median minutes, and how many of the faults were missed. */
export type Detection = {
  plan: StationPlan;
  odds: number;
  faults: number;
  product: { medianMin: number; missed: number };
  /** The same burst test with the previous rule beside it. */
  previous: { medianMin: number; missed: number };
};

/** Lets the NG share of many stations rise to `odds` times its odds and waits for the first alarm of either. */
export function measureDetection(
  plan: StationPlan,
  options: { odds: number; faults: number; seed: string; previousSigmas: number },
): Detection {
  const { odds, faults, seed, previousSigmas } = options;
  const learnDays = Math.min(15, Math.ceil(learntInspections / plan.perDay) + 2);
  const delays: { product: number; previous: number }[] = [];
  for (let i = 0; i < faults; i++) {
    // Faults begin at any minute of an hour and of a day.
    const atMs =
      simulationStartsAt + learnDays * dayMs + Math.floor((i * dayMs) / faults / minuteMs) * minuteMs;
    const product = watchWithProduct(plan);
    const previous = watchWithPreviousRule(previousSigmas);
    const raisedAfter = (list: readonly { raisedAt: number }[]) =>
      list.find(({ raisedAt }) => raisedAt >= atMs)?.raisedAt ?? Number.POSITIVE_INFINITY;
    const burstAt = () => raisedAfter(product.alarms.filter(({ key }) => key === 'ngBurst'));
    runStation(
      { ...plan, fault: { atMs, odds } },
      {
        key: `${seed} ${keyOf(plan)} x${odds} ${i}`,
        days: learnDays + patienceDays,
        watch: [product.watch, previous.watch],
        isDone: () =>
          raisedAfter(product.alarms) < Number.POSITIVE_INFINITY &&
          Math.min(burstAt(), raisedAfter(previous.alarms)) < Number.POSITIVE_INFINITY,
      },
    );
    // A station whose false alarm was on when the fault began measures nothing.
    const wasOn = product.alarms.some(
      ({ raisedAt, endedAt }) => raisedAt < atMs && (endedAt === null || endedAt > atMs),
    );
    if (wasOn) continue;
    delays.push({
      product: raisedAfter(product.alarms) - atMs,
      previous: Math.min(burstAt(), raisedAfter(previous.alarms)) - atMs,
    });
  }
  return {
    plan,
    odds,
    faults: delays.length,
    product: summaryOf(delays.map(({ product }) => product)),
    previous: summaryOf(delays.map(({ previous }) => previous)),
  };
}

function summaryOf(delays: readonly number[]): { medianMin: number; missed: number } {
  const sorted = delays.toSorted((a, b) => a - b);
  return {
    medianMin: Math.round(sorted[sorted.length >> 1]! / minuteMs),
    missed: sorted.filter((delay) => delay === Number.POSITIVE_INFINITY).length,
  };
}
