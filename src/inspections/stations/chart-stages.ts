import { LRUCache } from 'lru-cache';
import type { AlarmEpisodes } from '../../alerts/alarm-episodes.ts';
import { listJudgedHours } from '../../alerts/test-checkpoints.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import { floorTo, hourMs, minuteMs } from '../../kernel/time/durations.ts';
import type { TimeWindow } from '../../plant/time-window.ts';
import type { Db } from '../../schema/db.ts';
import type { Dispersion } from '../../statistics/standard-chart.ts';
import type { ModelCounts } from '../queries/model-counts.ts';
import { baselineReachMs, type CountedHour, learnBaselines } from './baseline.ts';
import { spansOf } from './spans.ts';
import { baselineDispersion, type ChartStage } from './yield-chart.ts';

const ttlMs = 10 * minuteMs;
const maxCached = 500;

/** What a chart of a window is judged by: the stages of the station, and how much its baseline varies. */
export type ChartStandard = { stages: ChartStage[]; dispersion: Dispersion };

/**
 * Reads what was usual before a window, and from each stage on that begins within it. A stage inside the window is judged
 * by its own inspections, as there are no others.
 */
export type ReadChartStandard = (stationId: number, window: TimeWindow) => Promise<ChartStandard>;

export function createReadChartStandard(options: {
  db: Db;
  modelCounts: ModelCounts;
  alarms: Pick<AlarmEpisodes, 'listStages'>;
  clock: Clock;
}): ReadChartStandard {
  const { db, modelCounts, alarms, clock } = options;
  const cache = new LRUCache<string, ChartStandard>({
    max: maxCached,
    ttl: ttlMs,
    perf: { now: () => clock.now() },
    ttlResolution: 0,
  });
  return async (stationId, window) => {
    const startAt = floorTo(hourMs, window.startAt);
    const endAt = floorTo(hourMs, window.endAt);
    const stages = await alarms.listStages(stationId);
    const key = [stationId, startAt, endAt, ...stages].join();
    const known = cache.get(key);
    if (known) return known;
    const sinceAt = startAt - baselineReachMs;
    const rows = await modelCounts.byHour({ stationId, startAt: sinceAt, endAt });
    const flags = new Map(
      (await listJudgedHours(db, stationId, sinceAt)).map(({ hourAt, isAlarmed }) => [hourAt, isAlarmed]),
    );
    const hours: CountedHour[] = spansOf(rows).map((span) => ({
      ...span,
      isAlarmed: flags.get(span.startAt) ?? false,
    }));
    const before = learnBaselines(hours, {
      at: startAt,
      stageAt: stages.findLast((at) => at <= startAt) ?? 0,
    });
    const within = stages.filter((at) => at > startAt && at < endAt);
    const found = {
      stages: [
        { sinceAt: Number.NEGATIVE_INFINITY, baselines: before },
        ...within.map((at, i) => ({
          sinceAt: at,
          baselines: learnBaselines(hours, { at: within[i + 1] ?? endAt, stageAt: at }),
        })),
      ],
      dispersion: baselineDispersion(
        hours.filter((hour) => hour.startAt < startAt && !hour.isAlarmed),
        before,
      ),
    };
    cache.set(key, found);
    return found;
  };
}
