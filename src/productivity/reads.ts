import type { Clock } from '../kernel/time/clock.ts';
import { minuteMs } from '../kernel/time/durations.ts';
import type { Worker, Workers } from '../plant/resources/workers.ts';
import type { Workstation, Workstations } from '../plant/resources/workstations.ts';
import type { PlannedOf } from '../plant/shifts/planned-time.ts';
import type { TimeWindow } from '../plant/time-window.ts';
import { type ActivityMetrics, metricsOf } from './activity-metrics.ts';
import type { People } from './people.ts';
import type { ActivityQueries } from './queries/activity-queries.ts';
import { maxAheadMs } from './recording/parse-event.ts';
import { type ActivitySums, noSums, sumKeys } from './recording/roll-up-sums.ts';

export type WorkerMetrics = { worker: Worker; metrics: ActivityMetrics };
/** `metrics` is null where too few workers were active for figures that are nobody's own. */
export type WorkstationMetrics = { workstation: Workstation; metrics: ActivityMetrics | null };

/** What is known of a plant's work in a window. */
export type ProductivityReads = {
  /** The site that is shown: the own one, or the demo plant's while nothing real is there. */
  siteId(): number;
  /** Whether that is the demo plant's. */
  isDemo(): boolean;
  plannedOf: PlannedOf;
  /** Before this nothing is known of single workers: retention has deleted it. */
  personsFrom(siteId: number): number;
  /** By code; of a window that begins before `personsFrom` the rest. */
  workerMetrics(siteId: number, window: TimeWindow): Promise<WorkerMetrics[]>;
  workstationMetrics(siteId: number, window: TimeWindow): Promise<WorkstationMetrics[]>;
  /** Sums over the workers, never over their interleaved events. */
  totalOf(siteId: number, window: TimeWindow, workers: readonly WorkerMetrics[]): ActivityMetrics;
};

/** All that was ever recorded, events that are a little ahead included. */
export function everything(now: number): TimeWindow {
  return { startAt: 0, endAt: now + maxAheadMs + minuteMs };
}

export function createProductivityReads(deps: {
  siteId: () => number;
  isDemo: () => boolean;
  workers: Pick<Workers, 'list'>;
  workstations: Pick<Workstations, 'list'>;
  plannedOf: PlannedOf;
  queries: ActivityQueries;
  people: Pick<People, 'groupMin'>;
  personsFrom: (siteId: number) => number;
  clock: Clock;
}): ProductivityReads {
  const { workers, workstations, plannedOf, queries, people, clock } = deps;

  /** Planned time up to now; of a window without a start none is counted, because no plan is that old. */
  function plannedMsOf(siteId: number, { startAt, endAt }: TimeWindow): number {
    const untilAt = Math.min(endAt, clock.now());
    return startAt === 0 || untilAt <= startAt ? 0 : plannedOf(siteId).plannedMs({ startAt, endAt: untilAt });
  }

  const ofPersons = (siteId: number, { startAt, endAt }: TimeWindow): TimeWindow => {
    const fromAt = Math.max(startAt, deps.personsFrom(siteId));
    return { startAt: fromAt, endAt: Math.max(fromAt, endAt) };
  };
  /** Planned time of the part of a window in which workers are known. */
  const plannedOfPersons = (siteId: number, window: TimeWindow) =>
    window.startAt === 0 ? 0 : plannedMsOf(siteId, ofPersons(siteId, window));

  return {
    siteId: deps.siteId,
    isDemo: deps.isDemo,
    plannedOf,
    personsFrom: deps.personsFrom,
    workerMetrics: async (siteId, window) => {
      const listed = workers.list(siteId);
      const plannedMs = plannedOfPersons(siteId, window);
      const sums = await queries.sumByWorker(
        listed.map(({ id }) => id),
        ofPersons(siteId, window),
        clock.now(),
      );
      return listed.map((worker) => ({
        worker,
        metrics: metricsOf(sums.get(worker.id) ?? noSums(), plannedMs),
      }));
    },
    workstationMetrics: async (siteId, window) => {
      const listed = workstations.list(siteId);
      const plannedMs = plannedMsOf(siteId, window);
      const stationIds = [...new Set(listed.map(({ stationId }) => stationId))];
      const sums = await queries.sumByStation(stationIds, window, clock.now());
      const active =
        people.groupMin === 0 ? undefined : await queries.countWorkers(stationIds, window, clock.now());
      return listed.map((workstation) => {
        const { stationId } = workstation;
        const isPersonal = active !== undefined && (active.get(stationId) ?? 0) < people.groupMin;
        return {
          workstation,
          metrics: isPersonal ? null : metricsOf(sums.get(stationId) ?? noSums(), plannedMs),
        };
      });
    },
    totalOf: (siteId, window, list) => {
      const total: ActivitySums = noSums();
      for (const { metrics } of list) for (const key of sumKeys) total[key] += metrics[key];
      return metricsOf(total, plannedOfPersons(siteId, window) * list.length);
    },
  };
}
