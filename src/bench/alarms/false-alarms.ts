import type { AlarmKey } from '../../alerts/model.ts';
import { dayMs } from '../../kernel/time/durations.ts';
import { watchWithPreviousRule } from './previous-rule.ts';
import {
  runStation,
  type StationPlan,
  simulationStartsAt,
  type WatchHour,
  watchWithProduct,
} from './simulate-station.ts';

/** Days before anything is counted: what is usual is learnt from two weeks. */
const warmUpDays = 15;
const countedDays = 50;

/** False alarms of one kind of station. `previous` are those of the previous rule, by its k. */
export type FalseAlarms = {
  plan: StationPlan;
  stationDays: number;
  byTest: Record<AlarmKey, number>;
  previous: Map<number, number>;
};

/** Runs `stationDays`/50 stations on which nothing happens, 65 days each, and counts the alarms of the last 50. */
export function countFalseAlarms(
  plan: StationPlan,
  options: { seed: string; stationDays: number; previousSigmas?: readonly number[] },
): FalseAlarms {
  const { seed, stationDays, previousSigmas = [] } = options;
  const countedFrom = simulationStartsAt + warmUpDays * dayMs;
  const found: FalseAlarms = {
    plan,
    stationDays,
    byTest: { ngBurst: 0, belowTarget: 0, usualYield: 0 },
    previous: new Map(previousSigmas.map((sigmas) => [sigmas, 0])),
  };
  for (let station = 0; station < stationDays / countedDays; station++) {
    const product = watchWithProduct(plan);
    const previous = previousSigmas.map((sigmas) => ({ sigmas, ...watchWithPreviousRule(sigmas) }));
    const watch: WatchHour[] = [product.watch, ...previous.map((rule) => rule.watch)];
    runStation(plan, { key: `${seed} ${keyOf(plan)} ${station}`, days: warmUpDays + countedDays, watch });
    for (const { key, raisedAt } of product.alarms) if (raisedAt >= countedFrom) found.byTest[key]++;
    for (const { sigmas, alarms } of previous) {
      const count = alarms.filter(({ raisedAt }) => raisedAt >= countedFrom).length;
      found.previous.set(sigmas, found.previous.get(sigmas)! + count);
    }
  }
  return found;
}

/** Names a plan in seeds, so that each kind of station has chance of its own. */
export function keyOf({ perDay, shares, targetYield }: StationPlan): string {
  return `${perDay}/${shares.join('+')}${targetYield === undefined ? '' : `/${targetYield}`}`;
}
