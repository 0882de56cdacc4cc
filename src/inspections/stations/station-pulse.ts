import { LRUCache } from 'lru-cache';
import type { Clock } from '../../kernel/time/clock.ts';
import { hourMs, minuteMs } from '../../kernel/time/durations.ts';
import { usualIntervalOfCounts } from '../../plant/usual-interval.ts';
import { sumCounts } from '../../plant/yield.ts';
import type { CountQueries } from '../queries/count-queries.ts';
import { findNgBurst } from './ng-burst.ts';
import { findLowYield, isBaseline } from './usual-yield.ts';

const usualIntervalHours = 8;
const recentHours = 1;
const baselineHours = 24;
const usualIntervalTtlMs = 60_000;
const healthTtlMs = 5_000;
const maxStations = 10_000;

type Health = {
  /** Start of the current run of NG far above the station's usual share; null when there is none. */
  ngBurstSince: number | null;
  /** Lower limit (0..1) of its usual yield when the last hour lies below it. */
  belowUsual: number | null;
  /** Whether enough was inspected before to know what is usual. */
  hasHistory: boolean;
};
type Pulse = Health & {
  /** Usual time between two images, derived from recent hours in which the station ran; null while unknown. */
  usualIntervalMs: number | null;
};

/** A station's usual interval and whether its NG share or yield is unusual now; derived from roll-ups, cached for seconds. */
export type StationPulse = {
  read(stationId: number): Promise<Pulse>;
  /** The usual interval only, ms; null while too little is known. */
  usualInterval(stationId: number): Promise<number | null>;
};

export function createStationPulse(counts: CountQueries, clock: Clock): StationPulse {
  const cache = { max: maxStations, perf: { now: () => clock.now() }, ttlResolution: 0 };
  const usualIntervals = new LRUCache<number, { ms: number | null }>({ ...cache, ttl: usualIntervalTtlMs });
  const healths = new LRUCache<number, Health>({ ...cache, ttl: healthTtlMs });

  function windowBefore(hours: number, endAt: number) {
    const end = Math.floor(endAt / minuteMs) * minuteMs;
    return { startAt: end - hours * hourMs, endAt: end };
  }

  async function usualInterval(stationId: number): Promise<number | null> {
    const known = usualIntervals.get(stationId);
    if (known) return known.ms;
    const minutes = await counts.countByTime(
      windowBefore(usualIntervalHours, clock.now()),
      { stationId },
      false,
    );
    const ms = usualIntervalOfCounts(minutes);
    usualIntervals.set(stationId, { ms });
    return ms;
  }

  async function health(stationId: number): Promise<Health> {
    const known = healths.get(stationId);
    if (known) return known;
    const recent = windowBefore(recentHours, clock.now() + minuteMs);
    const minutes = await counts.countByTime(recent, { stationId }, false);
    const before = await counts.countByPart(windowBefore(baselineHours, recent.startAt), { stationId });
    const baseline = sumCounts(before);
    const found = {
      ngBurstSince: findNgBurst(minutes, baseline),
      belowUsual: findLowYield(sumCounts(minutes), baseline),
      hasHistory: isBaseline(baseline),
    };
    healths.set(stationId, found);
    return found;
  }

  return {
    usualInterval,
    read: async (stationId) => ({
      usualIntervalMs: await usualInterval(stationId),
      ...(await health(stationId)),
    }),
  };
}
