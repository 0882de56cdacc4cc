import type { Publish } from '../events.ts';
import type { Log } from '../kernel/log.ts';
import type { Installation } from '../kernel/processes/installation.ts';
import type { Singletons } from '../kernel/processes/leader/singletons.ts';
import type { RetentionPolicy } from '../kernel/retention-policy.ts';
import type { Config } from '../kernel/settings/config.ts';
import type { Clock } from '../kernel/time/clock.ts';
import { minuteMs } from '../kernel/time/durations.ts';
import type { PlantNames } from '../plant/names.ts';
import { createIdealCycles } from '../plant/resources/ideal-cycles.ts';
import type { Lines } from '../plant/resources/lines.ts';
import { createWorkers } from '../plant/resources/workers.ts';
import { createWorkstations } from '../plant/resources/workstations.ts';
import { createPlannedTime } from '../plant/shifts/planned-time.ts';
import type { ShiftPlans } from '../plant/shifts/shift-plans.ts';
import type { Sites } from '../plant/sites.ts';
import type { TimeWindow } from '../plant/time-window.ts';
import type { Db } from '../schema/db.ts';
import { createDemoActivity } from './demo-activity.ts';
import type { ProductivityDeps } from './deps.ts';
import { createShiftNotes } from './handover/shift-notes.ts';
import { createOeeReads, type OeeStation } from './oee/oee-reads.ts';
import { createShiftProgress } from './oee/shift-progress.ts';
import { createStationShifts } from './oee/station-shifts.ts';
import { createPeople } from './people.ts';
import { createActivityQueries } from './queries/activity-queries.ts';
import { createEventQueries } from './queries/event-queries.ts';
import { createUnitQueries } from './queries/unit-queries.ts';
import { createProductivityReads } from './reads.ts';
import { openIntakes } from './receiving/open-intakes.ts';
import { createActivityHorizons } from './recording/activity-horizons.ts';
import { createEventCounts } from './recording/event-counts.ts';
import { createEventRecorder } from './recording/event-recorder.ts';
import { startActivityRebuilds } from './recording/rebuilds.ts';
import { createRefusedEvents } from './recording/refused-events.ts';
import { createEventPolicy } from './retention/event-policy.ts';
import { createPersonPolicy } from './retention/person-policy.ts';
import { createStopReasons } from './stops/stop-reasons.ts';

const megabyte = 1024 * 1024;
const inOrder = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

export type Productivity = ProductivityDeps & {
  /** Shift plans may have changed: what follows from it is derived again behind the pages. */
  rebuild(): void;
  /** Something before this instant has changed, or later: shifts that end after it are read again. */
  forgetShiftsSince(at: number): void;
  /** Retention has come further, perhaps. */
  noteRetention(): void;
  stop(): Promise<void>;
  /** What retention deletes here. */
  policies: readonly RetentionPolicy[];
  /** Reads the workers and workstations that other processes have changed. */
  refresh(): Promise<void>;
};

/** Since when something is kept of which nothing was ever deleted. */
const always = Number.NEGATIVE_INFINITY;

/** Productivity as the settings have it. */
export async function openProductivity(options: {
  config: Config;
  db: Db;
  sites: Sites;
  shifts: Pick<ShiftPlans, 'list' | 'plansOf' | 'calendarOf'>;
  names: PlantNames;
  lines: Pick<Lines, 'find' | 'list' | 'get'>;
  duties: Pick<Installation['duties'], 'rebuildsActivity'>;
  singletons: Singletons;
  publish: Publish;
  clock: Clock;
  log: Log;
}): Promise<Productivity> {
  const { config, db, sites, shifts, names, publish, clock, log } = options;
  const onGrown = () => publish('plant.grown', undefined);
  const workers = await createWorkers(db, clock, onGrown);
  const workstations = await createWorkstations(db, clock, onGrown);
  const people = createPeople(config);
  const plannedOf = createPlannedTime(shifts, sites);
  const horizons = await createActivityHorizons(db, sites.own.id);
  const queries = createActivityQueries(db, () => horizons.eventsFrom(sites.own.id));
  const isKnown = (id: number) => workers.list(id).length + workstations.list(id).length > 0;
  const isDemo = () => {
    const demo = sites.demo();
    return demo !== undefined && !isKnown(sites.own.id) && isKnown(demo.id);
  };
  const siteId = () => (isDemo() ? (sites.demo()?.id ?? sites.own.id) : sites.own.id);
  const refusedEvents = createRefusedEvents(db, clock);
  const gapCapMs = config.eventsGapMin === 0 ? Number.POSITIVE_INFINITY : config.eventsGapMin * minuteMs;
  const rebuilds = startActivityRebuilds({
    db,
    siteIds: () => [sites.own.id, ...(sites.demo() ? [sites.demo()!.id] : [])],
    shifts,
    workers,
    plannedOf,
    gapCapMs,
    derivedFrom: horizons.derivedFrom,
    isDuty: options.duties.rebuildsActivity,
    clock,
    log,
    onRebuilt: (id, oldestAt) => publish('activity.recorded', { siteId: id, stationIds: [], oldestAt }),
  });
  const countEvents = async (window: TimeWindow) => {
    const ids = workstations.list(sites.own.id).map(({ stationId }) => stationId);
    const sums = await queries.sumByStation([...new Set(ids)], window, window.endAt);
    return [...sums.values()].reduce((sum, { events }) => sum + events, 0);
  };
  const cycles = await createIdealCycles(db, clock, onGrown);
  const reasons = createStopReasons(db, clock);
  const stationShifts = createStationShifts({
    units: createUnitQueries(db),
    reasons,
    cycles,
    groupOf: names.groupOf,
    plannedOf,
    clock,
  });
  const listStations = (id: number): OeeStation[] => {
    // One that is linked with a station with images is judged as that one.
    const byStation = new Map(workstations.list(id).map(({ shownAs, name }) => [shownAs, name]));
    for (const station of names.listStations(id)) byStation.set(station.id, station.name);
    return [...byStation]
      .map(([stationId, name]) => ({ stationId, name, lineId: names.lineIdOf(stationId) }))
      .sort((a, b) => inOrder.compare(a.name, b.name));
  };
  const oee = createOeeReads({
    listStations,
    stationShifts,
    plannedOf,
    keptFrom: (id, stationId) =>
      Math.max(
        ...names
          .groupOf(stationId)
          .map((one) => (workstations.ofStation(one) ? horizons.eventsFrom(id) : always)),
        names.findStationRow(stationId)?.isInspected ? horizons.imagesFrom(id) : always,
      ),
  });
  const counts = createEventCounts(clock);
  const recorder = createEventRecorder({
    db,
    sites,
    // Where unknown ones are added, they are real.
    eventSiteId: config.eventsCreateUnknown ? () => sites.own.id : siteId,
    workers,
    workstations,
    plannedOf,
    gapCapMs,
    createsUnknown: config.eventsCreateUnknown,
    refusedEvents,
    counts,
    clock,
    onRecorded: (recorded) => publish('activity.recorded', recorded),
  });
  return {
    oee,
    progress: createShiftProgress({ oee, plannedOf, clock }),
    reasons,
    notes: createShiftNotes(db, clock),
    cycles,
    names,
    lines: options.lines,
    forgetShifts: () => stationShifts.forgetSince(0),
    forgetShiftsSince: stationShifts.forgetSince,
    reads: createProductivityReads({
      siteId,
      isDemo,
      workers,
      workstations,
      plannedOf,
      queries,
      people,
      personsFrom: horizons.personsFrom,
      clock,
    }),
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
    demo: createDemoActivity({
      db,
      sites,
      workers,
      workstations,
      plannedOf,
      gapCapMs,
      clock,
      onChanged: (id) => publish('activity.recorded', { siteId: id, stationIds: [], oldestAt: 0 }),
    }),
    refusedEvents,
    counts,
    workers,
    workstations,
    people,
    shifts,
    sites,
    maxBodyBytes: config.eventsMaxMb * megabyte,
    clock,
    policies: [
      createEventPolicy({
        db,
        siteId: sites.own.id,
        days: config.retentionEventDays,
        countEvents,
        clock,
        onHorizon: horizons.refresh,
      }),
      createPersonPolicy({
        db,
        siteId: sites.own.id,
        days: config.retentionPersonDays,
        onHorizon: horizons.refresh,
      }),
    ],
    rebuild: () => void rebuilds.run(),
    noteRetention: () => {
      horizons
        .refresh()
        .catch((err: unknown) => log.warn({ err }, 'How far retention has come cannot be read yet'));
    },
    stop: rebuilds.stop,
    refresh: async () => {
      await workers.refresh();
      await workstations.refresh();
      await cycles.refresh();
      await horizons.refresh();
    },
  };
}
