import { dayMs, floorTo, minuteMs } from '../../kernel/time/durations.ts';
import { learnPauses, pauseHours } from '../../plant/station-pauses.ts';
import { noCounts, type TrendBucket } from '../../plant/yield.ts';
import { createRandom, type Random } from '../../simulator/random.ts';

/** How images arrive at a station, in words and as the ms to each next one. */
export type ArrivalPlan = {
  name: string;
  /** Pauses up to here are never asked about: no limit is shorter, which is checked. */
  shortestMs: number;
  next: (random: Random) => () => number;
};

const second = 1000;

const regular = (sec: number): ArrivalPlan => ({
  name: `every ${sec} s`,
  shortestMs: minuteMs,
  next: (random) => () => sec * second * random.between(0.95, 1.05),
});
const byChance = (sec: number): ArrivalPlan => ({
  name: `by chance, ${sec} s on average`,
  shortestMs: Math.max(minuteMs, 5 * sec * second),
  next: (random) => () => -Math.log(1 - random.next()) * sec * second,
});
const batches = (count: number, sec: number, pauseMin: number): ArrivalPlan => ({
  name: `${count} × ${sec} s, pauses of ${pauseMin} min`,
  shortestMs: minuteMs,
  next: (random) => {
    let left = count;
    return () => {
      left = left > 1 ? left - 1 : count;
      return left === count ? pauseMin * minuteMs * random.between(0.7, 1.3) : sec * second;
    };
  },
});

/** The arrivals of the review: machines with a beat, chance, and batches. */
export const arrivalPlans: readonly ArrivalPlan[] = [
  regular(1),
  regular(3),
  regular(30),
  byChance(6),
  byChance(60),
  ...[3, 10, 30].flatMap((pauseMin) => [
    batches(20, 3, pauseMin),
    batches(50, 2, pauseMin),
    batches(200, 1, pauseMin),
  ]),
];

export type Silences = {
  name: string;
  stationDays: number;
  falseAlarms: number;
  /** Median and longest time from the last image to the alarm when a station stops for good, ms. */
  medianMs: number;
  longestMs: number;
};

/** Stations of one day before the counted ones, to learn from. */
const warmUpDays = 1;
const daysPerStation = 50;
/** The product learns again as often, or at the last image before a pause: what counts is known then. */
const stopEveryImages = 997;

/** Counts pauses taken for silence, and how long a real one takes to be noticed. */
export function measureSilences(plan: ArrivalPlan, options: { seed: string; stationDays: number }): Silences {
  const { seed, stationDays } = options;
  const limits: number[] = [];
  let falseAlarms = 0;
  for (let station = 0; station < stationDays / daysPerStation; station++) {
    const nextMs = plan.next(createRandom(`${seed} ${plan.name} ${station}`));
    const minutes: TrendBucket[] = [];
    const countedFrom = warmUpDays * dayMs;
    const endAt = (warmUpDays + daysPerStation) * dayMs;
    for (let at = 0, images = 0; at < endAt; images++) {
      count(minutes, at);
      const pauseMs = nextMs();
      const isAsked = images % stopEveryImages === 0;
      if (at >= countedFrom && (pauseMs > plan.shortestMs || isAsked)) {
        dropOld(minutes, at);
        const limit = learnPauses(minutes)?.silentAfterMs ?? Number.POSITIVE_INFINITY;
        if (limit < plan.shortestMs) throw new Error(`${plan.name}: silent after ${limit} ms`);
        if (pauseMs > limit) falseAlarms++;
        if (isAsked) limits.push(limit);
      }
      at += pauseMs;
    }
  }
  limits.sort((a, b) => a - b);
  return {
    name: plan.name,
    stationDays,
    falseAlarms,
    medianMs: limits[limits.length >> 1]!,
    longestMs: limits.at(-1)!,
  };
}

function count(minutes: TrendBucket[], at: number): void {
  const startAt = floorTo(minuteMs, at);
  const last = minutes.at(-1);
  if (last?.startAt === startAt) last.ok++;
  else minutes.push({ ...noCounts, startAt, ok: 1 });
}

function dropOld(minutes: TrendBucket[], at: number): void {
  const since = floorTo(minuteMs, at) - pauseHours * 60 * minuteMs;
  const first = minutes.findIndex(({ startAt }) => startAt >= since);
  minutes.splice(0, first);
}
