import { LRUCache } from 'lru-cache';
import type { Clock } from '../../kernel/time/clock.ts';
import { hourMs, minuteMs } from '../../kernel/time/durations.ts';
import { usualIntervalOfCounts } from '../../plant/usual-interval.ts';
import { sumCounts } from '../../plant/yield.ts';
import type { StationSummary } from '../model.ts';
import type { CountQueries } from '../queries/count-queries.ts';
import { findNgBurst } from './ng-burst.ts';
import { findLowYield } from './usual-yield.ts';

const paceHours = 8;
const recentHours = 1;
const baselineHours = 24;
const paceTtlMs = 60_000;
const healthTtlMs = 5_000;
const maxStations = 10_000;

type Health = Pick<StationSummary, 'ngBurstSince' | 'belowUsual'>;
type Pulse = Health & Pick<StationSummary, 'usualIntervalMs'>;

/** How a station usually runs and whether its NG or its yield are far from the usual now; read from roll-ups and kept for seconds. */
export type StationPulse = {
  read(stationId: number): Promise<Pulse>;
  /** Its usual interval alone, ms; null while too little is known. */
  pace(stationId: number): Promise<number | null>;
};

export function createStationPulse(counts: CountQueries, clock: Clock): StationPulse {
  const kept = { max: maxStations, perf: { now: () => clock.now() }, ttlResolution: 0 };
  const paces = new LRUCache<number, { ms: number | null }>({ ...kept, ttl: paceTtlMs });
  const healths = new LRUCache<number, Health>({ ...kept, ttl: healthTtlMs });

  function windowBefore(hours: number, endAt: number) {
    const end = Math.floor(endAt / minuteMs) * minuteMs;
    return { startAt: end - hours * hourMs, endAt: end };
  }

  async function pace(stationId: number): Promise<number | null> {
    const known = paces.get(stationId);
    if (known) return known.ms;
    const minutes = await counts.countByTime(windowBefore(paceHours, clock.now()), { stationId }, false);
    const ms = usualIntervalOfCounts(minutes);
    paces.set(stationId, { ms });
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
    };
    healths.set(stationId, found);
    return found;
  }

  return {
    pace,
    read: async (stationId) => ({
      usualIntervalMs: await pace(stationId),
      ...(await health(stationId)),
    }),
  };
}
