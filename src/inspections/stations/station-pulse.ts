import type { AlarmEpisodes } from '../../alerts/alarm-episodes.ts';
import type { AlarmEpisode } from '../../alerts/model.ts';
import { readTestsNow } from '../../alerts/test-checkpoints.ts';
import { createGrowingCache } from '../../kernel/growing-cache.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import { hourMs, minuteMs } from '../../kernel/time/durations.ts';
import type { PlantNames } from '../../plant/names.ts';
import {
  alwaysRunning,
  learnRunningHours,
  type RunningHours,
  runningHoursReachMs,
} from '../../plant/running-hours.ts';
import { calendarHours } from '../../plant/shifts/calendar-hours.ts';
import type { ShiftPlans } from '../../plant/shifts/shift-plans.ts';
import type { Sites } from '../../plant/sites.ts';
import { learnPauses, pauseHours, type StationPauses } from '../../plant/station-pauses.ts';
import { type TrendBucket, totalCount } from '../../plant/yield.ts';
import type { Db } from '../../schema/db.ts';
import type { UsualOfModel } from '../model.ts';
import type { CountQueries } from '../queries/count-queries.ts';
import type { ModelCounts } from '../queries/model-counts.ts';
import type { StationState } from './station-tests.ts';

const pausesTtlMs = 60_000;
const runningTtlMs = 10 * minuteMs;
const alarmsTtlMs = 5_000;
const usualTtlMs = 30_000;
const maxStations = 10_000;

type Pulse = {
  /** How long its pauses may be, and in which hours it runs; null while unknown. */
  pauses: StationPauses | null;
  /** Alarms that are on. */
  alarms: AlarmEpisode[];
  /** What is usual of each of its models. */
  usual: UsualOfModel[];
  /** Until when its tests have judged it; null before they first did. */
  testedAt: number | null;
};

/** A station's usual pauses, what its tests found and what they rest on; cached for seconds. */
export type StationPulse = {
  read(stationId: number): Promise<Pulse>;
  /** The usual pauses only; null while too little is known. */
  pauses(stationId: number): Promise<StationPauses | null>;
  /** What is usual of each of its models. */
  usual(stationId: number): Promise<UsualOfModel[]>;
  /** Alarms have changed: what is cached of tests is read again. */
  forget(): void;
};

type Options = {
  db: Db;
  counts: CountQueries;
  modelCounts: ModelCounts;
  alarms: Pick<AlarmEpisodes, 'listOpen'>;
  sites: Pick<Sites, 'wallClockOf'>;
  shifts: Pick<ShiftPlans, 'calendarOf'>;
  names: Pick<PlantNames, 'siteIdOf' | 'lineIdOf' | 'shownAs'>;
  clock: Clock;
};

export function createStationPulse(options: Options): StationPulse {
  const { db, counts, modelCounts, alarms, sites, shifts, names, clock } = options;
  const cache = { max: maxStations, perf: { now: () => clock.now() }, ttlResolution: 0 };
  const knownPauses = createGrowingCache<number, { pauses: StationPauses | null }>({
    ...cache,
    ttl: pausesTtlMs,
  });
  const knownHours = createGrowingCache<number, { starts: number[]; running: RunningHours }>({
    ...cache,
    ttl: runningTtlMs,
  });
  const knownTests = createGrowingCache<number, Pick<Pulse, 'usual' | 'testedAt'>>({
    ...cache,
    ttl: usualTtlMs,
  });
  let openAlarms: { readAt: number; byStation: Map<number, AlarmEpisode[]> } | undefined;

  /** The hours with images of four weeks, and which hours of the week run. */
  async function hoursOf(stationId: number) {
    const known = knownHours.get(stationId);
    if (known) return known;
    const now = clock.now();
    const rows = await modelCounts.byHour({ stationId, startAt: now - runningHoursReachMs, endAt: now });
    const starts = [...new Set(rows.map(({ startAt }) => startAt))];
    const found = {
      starts,
      running: learnRunningHours(starts, now, sites.wallClockOf(names.siteIdOf(stationId))),
    };
    knownHours.set(stationId, found);
    return found;
  }

  /** The calendar of its line or site, where one was saved, or else what was learnt. */
  function runningNow(stationId: number, learnt: RunningHours): RunningHours {
    const calendar = shifts.calendarOf(names.siteIdOf(stationId), names.lineIdOf(stationId));
    return calendar === undefined ? learnt : calendarHours(calendar, learnt, clock.now());
  }

  /** Minutes with images of the last running hours, which a night or a weekend may part. */
  async function minutesOf(stationId: number): Promise<{ minutes: TrendBucket[]; running: RunningHours }> {
    const now = clock.now();
    const { starts, running: learnt } = await hoursOf(stationId);
    const running = runningNow(stationId, learnt);
    const endAt = Math.floor(now / minuteMs) * minuteMs;
    const recent = await counts.countByTime(
      { startAt: endAt - pauseHours * hourMs, endAt },
      { stationId },
      false,
    );
    const lastAt = recent.findLast((minute) => totalCount(minute) > 0)?.startAt ?? starts.at(-1) ?? endAt;
    // Running all along, the last hours are those before now; else those before the last image.
    if (running === alwaysRunning && endAt - lastAt < hourMs) return { minutes: recent, running };
    const hours = starts
      .filter((at) => at <= lastAt && running.elapsedMs(at, at + hourMs) > 0)
      .slice(-pauseHours);
    const minutes: TrendBucket[] = [];
    for (const startAt of hours) {
      minutes.push(...(await counts.countByTime({ startAt, endAt: startAt + hourMs }, { stationId }, false)));
    }
    // Of an hour that is planned in part the other minutes say nothing.
    const planned = minutes.filter(({ startAt }) => running.elapsedMs(startAt, startAt + minuteMs) > 0);
    return { minutes: planned, running };
  }

  async function runningOf(stationId: number): Promise<RunningHours> {
    const { running } = await hoursOf(stationId);
    return runningNow(stationId, running);
  }

  async function pauses(stationId: number): Promise<StationPauses | null> {
    const known = knownPauses.get(stationId);
    if (known) return known.pauses && { ...known.pauses, running: await runningOf(stationId) };
    const { minutes, running } = await minutesOf(stationId);
    const learnt = learnPauses(minutes, running);
    const found = learnt && { ...learnt, running };
    knownPauses.set(stationId, { pauses: found });
    return found;
  }

  async function testsOf(stationId: number): Promise<Pick<Pulse, 'usual' | 'testedAt'>> {
    const known = knownTests.get(stationId);
    if (known) return known;
    const [tests] = await readTestsNow<StationState>(db, { stationId });
    const found = { usual: tests?.state.baselines ?? [], testedAt: tests?.at ?? null };
    knownTests.set(stationId, found);
    return found;
  }

  async function alarmsOf(stationId: number): Promise<AlarmEpisode[]> {
    const now = clock.now();
    if (openAlarms === undefined || now - openAlarms.readAt >= alarmsTtlMs) {
      openAlarms = {
        readAt: now,
        byStation: Map.groupBy(await alarms.listOpen(), ({ stationId: id }) => names.shownAs(id)),
      };
    }
    return openAlarms.byStation.get(stationId) ?? [];
  }

  return {
    pauses,
    usual: async (stationId) => (await testsOf(stationId)).usual,
    forget: () => {
      openAlarms = undefined;
      knownTests.clear();
    },
    read: async (stationId) => ({
      pauses: await pauses(stationId),
      alarms: await alarmsOf(stationId),
      ...(await testsOf(stationId)),
    }),
  };
}
