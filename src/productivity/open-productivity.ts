import type { Publish } from '../events.ts';
import type { Log } from '../kernel/log.ts';
import type { Singletons } from '../kernel/processes/leader/singletons.ts';
import type { Config } from '../kernel/settings/config.ts';
import type { Clock } from '../kernel/time/clock.ts';
import { minuteMs } from '../kernel/time/durations.ts';
import { createWorkers } from '../plant/resources/workers.ts';
import { createWorkstations } from '../plant/resources/workstations.ts';
import { createPlannedTime } from '../plant/shifts/planned-time.ts';
import type { ShiftPlans } from '../plant/shifts/shift-plans.ts';
import type { Sites } from '../plant/sites.ts';
import type { Db } from '../schema/db.ts';
import type { ProductivityDeps } from './deps.ts';
import { createPeople } from './people.ts';
import { createActivityQueries } from './queries/activity-queries.ts';
import { createEventQueries } from './queries/event-queries.ts';
import { createProductivityReads } from './reads.ts';
import { type Intakes, openIntakes } from './receiving/open-intakes.ts';
import { createEventCounts } from './recording/event-counts.ts';
import { createEventRecorder } from './recording/event-recorder.ts';
import { createRefusedEvents } from './recording/refused-events.ts';

const megabyte = 1024 * 1024;

export type Productivity = ProductivityDeps & {
  intakes: Intakes;
  /** Reads the workers and workstations that other processes have changed. */
  refresh(): Promise<void>;
};

/** Productivity as the settings have it. */
export async function openProductivity(options: {
  config: Config;
  db: Db;
  sites: Sites;
  shifts: Pick<ShiftPlans, 'list' | 'calendarOf'>;
  singletons: Singletons;
  publish: Publish;
  clock: Clock;
  log: Log;
}): Promise<Productivity> {
  const { config, db, sites, shifts, publish, clock, log } = options;
  const onGrown = () => publish('plant.grown', undefined);
  const workers = await createWorkers(db, clock, onGrown);
  const workstations = await createWorkstations(db, clock, onGrown);
  const people = createPeople(config);
  const plannedOf = createPlannedTime(shifts, sites);
  const queries = createActivityQueries(db);
  const siteId = () => sites.own.id;
  const refusedEvents = createRefusedEvents(db, clock);
  const counts = createEventCounts(clock);
  const recorder = createEventRecorder({
    db,
    sites,
    eventSiteId: siteId,
    workers,
    workstations,
    plannedOf,
    gapCapMs: config.eventsGapMin === 0 ? Number.POSITIVE_INFINITY : config.eventsGapMin * minuteMs,
    createsUnknown: config.eventsCreateUnknown,
    refusedEvents,
    counts,
    clock,
    onRecorded: (recorded) => publish('activity.recorded', recorded),
  });
  return {
    reads: createProductivityReads({ siteId, workers, workstations, plannedOf, queries, people, clock }),
    queries,
    eventQueries: createEventQueries(db),
    recorder,
    intakes: openIntakes({
      config,
      siteId,
      recorder,
      refusedEvents,
      counts,
      singletons: options.singletons,
      clock,
      log,
    }),
    refusedEvents,
    counts,
    workers,
    workstations,
    people,
    sites,
    maxBodyBytes: config.eventsMaxMb * megabyte,
    clock,
    refresh: async () => {
      await workers.refresh();
      await workstations.refresh();
    },
  };
}
