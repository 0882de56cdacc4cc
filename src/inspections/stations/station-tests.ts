import { type AlarmGrounds, type AlarmKey, alarmKeys, type FoundAlarm } from '../../alerts/model.ts';
import { dayMs, minuteMs } from '../../kernel/time/durations.ts';
import { type Baseline, type CountedHour, type CountedSpan, learnBaselines } from './baseline.ts';
import { burstTest, dropTest, type TargetShare, targetTest, type WeightedTest } from './test-weights.ts';

/*
 * The tests of one station as a pure machine: counts by minute go in, alarms come out. What it knows at the start of an
 * hour is a small state that can be stored, so that everything from any hour on can be judged again.
 */

/** An alarm that is on. `back` is the log likelihood, gathered since, that the process is back. */
type Alarm = { beganAt: number; raisedAt: number; back: number };

/** `score` is the CUSUM in log likelihood, `sinceAt` when it last left zero. */
type TestState = { score: number; sinceAt: number | null; alarm: Alarm | null };

/** State of a station's tests at one instant; plain data. */
export type StationState = {
  tests: Record<AlarmKey, TestState>;
  /** What is usual, as known at the start of this hour; it stands still while an alarm is on. */
  baselines: Baseline[];
  /** Inspections on a day on which the station runs. */
  perDay: number;
  /** The targets in force. */
  targets: TargetShare[];
  /** The stage that `baselines` belong to. */
  stageAt: number;
};

/** What decides besides counts. */
export type Rules = {
  /** When the present stage of the station began; 0 if nobody ever accepted a new level as normal. */
  stageAt: number;
  /** Acceptable NG share of a model that has a target, 0..1; undefined for one without. */
  targetOf: (partId: number) => number | undefined;
};

/** NG share at the assumed target yield of 90 %. */
const assumedTargetShare = 0.1;

const startOfTest = (): TestState => ({ score: 0, sinceAt: null, alarm: null });

/** A station of which nothing is known yet. */
export function startOfTests(): StationState {
  return {
    tests: { ngBurst: startOfTest(), usualYield: startOfTest(), belowTarget: startOfTest() },
    baselines: [],
    perDay: 0,
    targets: [],
    stageAt: 0,
  };
}

/**
 * The state at the start of the hour `startAt`, with what is usual learnt from the hours before it (in order) and before
 * the present doubt. While an alarm is on, what was usual stays. A new stage begins with nothing.
 */
export function beginHour(
  before: StationState,
  hours: readonly CountedHour[],
  { startAt, stageAt }: { startAt: number; stageAt: number },
): StationState {
  const state = structuredClone(before);
  if (state.stageAt !== stageAt) {
    state.stageAt = stageAt;
    state.tests.ngBurst = startOfTest();
    state.tests.usualYield = startOfTest();
  }
  if (state.tests.ngBurst.alarm === null && state.tests.usualYield.alarm === null) {
    state.baselines = learnBaselines(hours, { at: Math.min(startAt, suspectedSince(state)), stageAt });
    state.perDay = inspectionsPerDay(hours, startAt);
  }
  return state;
}

/**
 * When the sums that stand above zero left it. What came since is in doubt and not yet part of what is usual; otherwise a
 * fault that is slow to be certain would become the usual before it is.
 */
function suspectedSince({ tests: { ngBurst, usualYield } }: StationState): number {
  const sinceAt = [ngBurst, usualYield].map(({ score, sinceAt }) => (score > 0 ? sinceAt : null));
  return Math.min(...sinceAt.map((at) => at ?? Number.POSITIVE_INFINITY));
}

/**
 * Takes the minutes of one hour, in order, one step each. Returns the state after the last of them and every alarm that
 * was on.
 *
 * An alarm is raised when the sum reaches its limit. It ends when the reversed sum, which gathers the evidence that the
 * share is the usual one again rather than the bad one, reaches the same limit.
 */
export function judgeMinutes(
  begun: StationState,
  minutes: readonly CountedSpan[],
  rules: Rules,
): { state: StationState; alarms: FoundAlarm[] } {
  const state = structuredClone(begun);
  changeTargets(state, targetsOf(state.baselines, minutes, rules));
  const tests: Record<AlarmKey, WeightedTest> = {
    ngBurst: burstTest(state.baselines, state.perDay),
    belowTarget: targetTest(state.targets, state.perDay),
    usualYield: dropTest(state.baselines, state.perDay),
  };
  const alarms = alarmKeys.flatMap((key) => takeMinutes(state, key, tests[key], minutes));
  return { state, alarms };
}

function takeMinutes(
  state: StationState,
  key: AlarmKey,
  weighted: WeightedTest,
  minutes: readonly CountedSpan[],
): FoundAlarm[] {
  const test = state.tests[key];
  const alarms: FoundAlarm[] = [];
  let open: FoundAlarm | undefined;
  const follow = (endAt: number) => {
    if (test.alarm && !open) {
      open = openAlarm(key, test.alarm, state);
      alarms.push(open);
    } else if (!test.alarm && open) {
      open.endedAt = endAt;
      open = undefined;
    }
  };
  follow(0);
  for (const minute of minutes) {
    const step = stepOf(minute, weighted);
    if (weighted === null || step === null) continue;
    takeStep(test, step, weighted.limit, minute.startAt);
    follow(minute.startAt + minuteMs);
  }
  return alarms;
}

/**
 * Whether an alarm keeps its hours out of what is usual. A target that somebody set may lie anywhere; being below it says
 * nothing about what is usual.
 */
export function hidesWhatIsUsual({ key, grounds }: FoundAlarm): boolean {
  return key !== 'belowTarget' || grounds.target?.isAssumed === true;
}

/** A target that was changed is a new question, and so is one that nobody asks any more. */
function changeTargets(state: StationState, targets: TargetShare[]): void {
  const isOther = (old: TargetShare) =>
    !old.isAssumed && targets.find(({ partId }) => partId === old.partId)?.share !== old.share;
  if (targets.length === 0 || state.targets.some(isOther)) state.tests.belowTarget = startOfTest();
  state.targets = targets;
}

/**
 * The targets of the models that are known or run in this hour. The assumed one judges only while nobody has set one,
 * normal yield is not known, and nobody has accepted a level as normal.
 */
function targetsOf(
  baselines: readonly Baseline[],
  minutes: readonly CountedSpan[],
  { stageAt, targetOf }: Rules,
): TargetShare[] {
  const running = minutes.flatMap(({ models }) => models.map(({ partId }) => partId));
  const partIds = [...new Set([...baselines.map(({ partId }) => partId), ...running])].sort((a, b) => a - b);
  return partIds.flatMap((partId): TargetShare[] => {
    const share = targetOf(partId);
    if (share !== undefined) return [{ partId, share, isAssumed: false }];
    const isKnown = baselines.some((baseline) => baseline.partId === partId && baseline.isEnough);
    return isKnown || stageAt > 0 ? [] : [{ partId, share: assumedTargetShare, isAssumed: true }];
  });
}

/** Mean inspections of the days of the last two weeks on which there were any. */
function inspectionsPerDay(hours: readonly CountedHour[], at: number): number {
  const days = new Map<number, number>();
  for (let i = hours.length - 1; i >= 0; i--) {
    const { startAt, models } = hours[i]!;
    const daysAgo = Math.floor((at - startAt - 1) / dayMs);
    if (daysAgo >= 14) break;
    const judged = models.reduce((sum, { ok, ng }) => sum + ok + ng, 0);
    if (judged > 0) days.set(daysAgo, (days.get(daysAgo) ?? 0) + judged);
  }
  const sum = [...days.values()].reduce((total, judged) => total + judged, 0);
  return days.size === 0 ? 0 : Math.round(sum / days.size);
}

/** What the minute adds to the sum; null when none of its models is judged. */
function stepOf({ models }: CountedSpan, test: WeightedTest): number | null {
  let step: number | null = null;
  for (const { partId, ok, ng } of models) {
    const weights = test?.byPart.get(partId);
    if (weights && ok + ng > 0) step = (step ?? 0) + ng * weights.r2 - (ok + ng) * weights.r1;
  }
  return step;
}

function takeStep(test: TestState, step: number, limit: number, at: number): void {
  if (test.alarm) {
    test.alarm.back = Math.max(0, test.alarm.back - step);
    if (test.alarm.back < limit) return;
    test.alarm = null;
    test.score = 0;
    test.sinceAt = null;
    return;
  }
  if (test.score === 0) test.sinceAt = at;
  test.score = Math.max(0, test.score + step);
  if (test.score >= limit) test.alarm = { beganAt: test.sinceAt ?? at, raisedAt: at, back: 0 };
}

function openAlarm(key: AlarmKey, { beganAt, raisedAt }: Alarm, state: StationState): FoundAlarm {
  return { key, beganAt, raisedAt, endedAt: null, grounds: groundsOf(key, state) };
}

function groundsOf(key: AlarmKey, { baselines, targets }: StationState): AlarmGrounds {
  const known = baselines.filter(({ isEnough }) => isEnough);
  const [first] = known;
  const usual = first
    ? {
        inspections: known.reduce((sum, { inspections }) => sum + inspections, 0),
        ng: known.reduce((sum, { ng }) => sum + ng, 0),
        fromAt: Math.min(...known.map(({ fromAt }) => fromAt)),
        toAt: Math.max(...known.map(({ toAt }) => toAt)),
        partIds: known.map(({ partId }) => partId),
      }
    : null;
  const [target] = targets;
  const isOfTarget = key === 'belowTarget' && target !== undefined;
  return { usual, target: isOfTarget ? { share: target.share, isAssumed: target.isAssumed } : null };
}
