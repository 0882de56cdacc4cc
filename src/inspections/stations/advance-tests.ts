import { createHash } from 'node:crypto';
import { forgetEndedAlarms, settleAlarms } from '../../alerts/alarm-episodes.ts';
import type { FoundAlarm } from '../../alerts/model.ts';
import {
  type Checkpoint,
  findCheckpoint,
  listJudgedHours,
  readTestsNow,
  saveTests,
} from '../../alerts/test-checkpoints.ts';
import { startLoop } from '../../kernel/jobs/loop.ts';
import type { Log } from '../../kernel/log.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import { dayMs, floorTo, hourMs, minuteMs } from '../../kernel/time/durations.ts';
import type { Targets } from '../../plant/targets.ts';
import type { Db } from '../../schema/db.ts';
import type { ModelCounts } from '../queries/model-counts.ts';
import { baselineReachMs, type CountedHour, type CountedSpan } from './baseline.ts';
import { createHourJudge } from './judge-hours.ts';
import { spansOf } from './spans.ts';
import {
  hidesWhatIsUsual,
  judgeMinutes,
  type Rules,
  type StationState,
  startOfTests,
} from './station-tests.ts';

/** A late image is judged with its hour when it is younger than this; older ones only count in what is usual. */
const replayReachMs = 15 * dayMs;

/** What judges the stations of a site. */
export type StationTestParts = {
  db: Db;
  counts: ModelCounts;
  targets: Pick<Targets, 'targetOf' | 'refresh'>;
  /** When the stages of a station began, oldest first. */
  listStages: (stationId: number) => Promise<number[]>;
  /** The ids of all stations that are shown as one. */
  groupOf: (stationId: number) => readonly number[];
};

/**
 * Brings the tests of one station up to `now`: judges the hour that runs from its checkpoint, and, if `isThorough` or an
 * hour has ended since, everything from the first hour whose counts are not those it was judged by. Stores where the tests
 * stand and settles the alarms, in one transaction. Idempotent. Returns how many alarms were raised or ended.
 */
export async function advanceTests(
  parts: StationTestParts,
  stationId: number,
  { now, isThorough }: { now: number; isThorough: boolean },
): Promise<number> {
  const thisHourAt = floorTo(hourMs, now);
  const [known] = await readTestsNow<StationState>(parts.db, { stationId });
  const isNewHour = known === undefined || floorTo(hourMs, known.at) !== thisHourAt;
  const judged =
    isThorough || isNewHour
      ? await judgeAgain(parts, stationId, thisHourAt)
      : await judgeThisHour(parts, stationId, thisHourAt);
  if (judged === null) return 0;
  const hiding = judged.alarms.filter(hidesWhatIsUsual).map(({ beganAt }) => beganAt);
  const { raised, ended } = await parts.db.tx(async (q) => {
    await saveTests(parts.db, q, stationId, {
      hours: judged.hours,
      now: { at: now, state: judged.state },
      alarmedSince: hiding.length > 0 ? Math.min(...hiding) : null,
      forgetBefore: thisHourAt - baselineReachMs,
    });
    return settleAlarms(parts.db, q, stationId, {
      found: judged.alarms,
      sinceAt: judged.sinceAt,
      now,
      mergedIds: parts.groupOf(stationId).filter((id) => id !== stationId),
      replayedFrom: thisHourAt - replayReachMs,
    });
  });
  return raised + ended;
}

type Judged = {
  hours: Checkpoint<StationState>[];
  state: StationState;
  alarms: FoundAlarm[];
  sinceAt: number;
};

/** The hour that runs, from its checkpoint. Its counts change all the time, so its digest is left open. */
async function judgeThisHour(
  parts: StationTestParts,
  stationId: number,
  hourAt: number,
): Promise<Judged | null> {
  const begun = await findCheckpoint<StationState>(parts.db, stationId, hourAt);
  const stageAt = (await parts.listStages(stationId)).findLast((at) => at <= hourAt) ?? 0;
  if (begun?.hourAt !== hourAt || begun.state.stageAt !== stageAt)
    return judgeAgain(parts, stationId, hourAt);
  const minutes = await readMinutes(parts, stationId, hourAt);
  const rules = rulesOf(parts, stationId, hourAt, stageAt);
  const { state, alarms } = judgeMinutes(begun.state, minutes, rules);
  const isAlarmed = alarms.some(hidesWhatIsUsual);
  return { hours: [{ ...begun, counted: '', isAlarmed }], state, alarms, sinceAt: hourAt };
}

/** From the first hour that was not judged by the counts it has now. */
async function judgeAgain(
  parts: StationTestParts,
  stationId: number,
  thisHourAt: number,
): Promise<Judged | null> {
  const reachAt = thisHourAt - baselineReachMs;
  const stages = await parts.listStages(stationId);
  const rows = await parts.counts.byHour({
    stationId,
    startAt: reachAt,
    endAt: thisHourAt + hourMs,
  });
  const checked = new Map(
    (await listJudgedHours(parts.db, stationId, reachAt)).map((row) => [row.hourAt, row]),
  );
  const counted = spansOf(rows).map((span) => ({
    ...span,
    digest: digestOf(span),
    isAlarmed: checked.get(span.startAt)?.isAlarmed ?? false,
  }));
  if (counted.length === 0) return null;
  const since = await findStart(parts, stationId, {
    changedAt: counted.find(
      ({ startAt, digest }) =>
        startAt >= thisHourAt - replayReachMs && checked.get(startAt)?.counted !== digest,
    )?.startAt,
    thisHourAt,
  });
  const judge = createHourJudge({
    state: since.state,
    past: counted.filter(({ startAt }) => startAt < since.hourAt),
  });
  const hours = withThisHour(counted, thisHourAt).filter(({ startAt }) => startAt >= since.hourAt);
  for (const hour of hours) {
    const stageAt = stages.findLast((at) => at <= hour.startAt) ?? 0;
    const minutes = await readMinutes(parts, stationId, hour.startAt);
    judge.judge(hour, minutes, rulesOf(parts, stationId, hour.startAt, stageAt));
    await new Promise(setImmediate);
  }
  return {
    state: judge.state,
    alarms: judge.alarms,
    sinceAt: since.hourAt,
    hours: judge.hours.map(({ startAt, begun, isAlarmed }, i) => ({
      hourAt: startAt,
      counted: startAt === thisHourAt ? '' : hours[i]!.digest,
      isAlarmed,
      state: begun,
    })),
  };
}

/** The hour that runs has a checkpoint also before its first image. */
function withThisHour<T extends CountedHour & { digest: string }>(
  counted: readonly T[],
  thisHourAt: number,
): (CountedHour & { digest: string })[] {
  if (counted.at(-1)?.startAt === thisHourAt) return [...counted];
  return [...counted, { startAt: thisHourAt, models: [], isAlarmed: false, digest: '' }];
}

/** Where to begin: at the changed hour, from its checkpoint or, without one, from the last before it. */
async function findStart(
  { db }: StationTestParts,
  stationId: number,
  { changedAt, thisHourAt }: { changedAt: number | undefined; thisHourAt: number },
): Promise<{ hourAt: number; state: StationState }> {
  const from = changedAt ?? thisHourAt;
  const checkpoint = await findCheckpoint<StationState>(db, stationId, from);
  return checkpoint === undefined ? { hourAt: from, state: startOfTests() } : checkpoint;
}

function rulesOf({ targets }: StationTestParts, stationId: number, at: number, stageAt: number): Rules {
  return {
    stageAt,
    targetOf: (partId) => {
      const target = targets.targetOf({ stationId, partId, at: at + hourMs });
      return target === undefined ? undefined : 1 - target;
    },
  };
}

async function readMinutes(
  { counts }: StationTestParts,
  stationId: number,
  hourAt: number,
): Promise<CountedSpan[]> {
  return spansOf(await counts.byMinute({ stationId, startAt: hourAt, endAt: hourAt + hourMs }));
}

const digestLength = 22;

function digestOf({ models }: CountedSpan): string {
  const text = models.map(({ partId, ok, ng }) => `${partId}:${ok}:${ng}`).join();
  return text.length <= digestLength
    ? text
    : createHash('sha256').update(text).digest('base64url').slice(0, digestLength);
}

const advanceEveryMs = 5_000;
/** Every station is looked at thoroughly this often: a batch of another process may not have said how old it was. */
const thoroughEveryMs = 10 * minuteMs;

/** Judges the stations of the own site behind the writer: every few seconds those with new images. */
export function startStationTests(
  options: StationTestParts & {
    /** Stations of the own site. */
    listStations: () => readonly number[];
    /** The station that a row of stations is shown as. */
    shownAs: (stationId: number) => number;
    clock: Clock;
    log: Log;
    /** Whether this process is the one that judges; the others remember what is due. */
    isDuty: () => boolean;
    onChanged: () => void;
  },
): {
  /** These stations, or all of them, have new or re-judged images, the oldest of this time. */
  wake(stationIds: readonly number[] | undefined, oldestAt: number): void;
  /** Judges what is due now; for after a change by hand. */
  run(): Promise<void>;
  stop(): Promise<void>;
} {
  const { clock, log } = options;
  const due = new Map<number, number>();
  let thoroughAt = Number.NEGATIVE_INFINITY;
  const wake = (stationIds: readonly number[] | undefined, oldestAt: number) => {
    for (const id of (stationIds ?? options.listStations()).map(options.shownAs))
      due.set(id, Math.min(due.get(id) ?? Number.POSITIVE_INFINITY, oldestAt));
  };
  const loop = startLoop({
    name: 'tests of stations',
    intervalMs: advanceEveryMs,
    log,
    run: async (signal) => {
      if (!options.isDuty()) return;
      if (clock.now() - thoroughAt >= thoroughEveryMs) {
        thoroughAt = clock.now();
        wake(options.listStations(), Number.NEGATIVE_INFINITY);
        await options.targets.refresh();
        await forgetEndedAlarms(options.db, clock.now());
      }
      const own = new Set(options.listStations());
      let changes = 0;
      for (const [stationId, oldestAt] of [...due]) {
        if (signal.aborted || !options.isDuty()) break;
        due.delete(stationId);
        if (!own.has(stationId)) continue;
        const now = clock.now();
        const isThorough = oldestAt < floorTo(hourMs, now);
        try {
          changes += await advanceTests(options, stationId, { now, isThorough });
        } catch (error) {
          wake([stationId], oldestAt);
          throw error;
        }
        await new Promise(setImmediate);
      }
      if (changes > 0) options.onChanged();
    },
  });
  return { wake, run: loop.trigger, stop: loop.stop };
}
