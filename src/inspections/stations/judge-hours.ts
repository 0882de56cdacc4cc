import type { FoundAlarm } from '../../alerts/model.ts';
import { hourMs } from '../../kernel/time/durations.ts';
import type { CountedHour, CountedSpan } from './baseline.ts';
import { beginHour, hidesWhatIsUsual, judgeMinutes, type Rules, type StationState } from './station-tests.ts';

/** One hour as it was judged: the state at its start, and whether an alarm kept it out of what is usual. */
export type JudgedHourState = { startAt: number; begun: StationState; isAlarmed: boolean };

/** Hours of one station judged one after the other. */
export type HourJudge = {
  /** Judges the next hour; its minutes in order. */
  judge(hour: CountedSpan, minutes: readonly CountedSpan[], rules: Rules): void;
  /** State after the last minute that was judged. */
  readonly state: StationState;
  /** Every alarm that was on in the judged hours, in order of key and time. */
  readonly alarms: FoundAlarm[];
  readonly hours: JudgedHourState[];
  /** All known hours in order, the judged ones included; old ones may be dropped from its front. */
  readonly past: CountedHour[];
};

/** Begins with a state and the hours before it, in order; both are changed by nobody else. */
export function createHourJudge(start: { state: StationState; past: CountedHour[] }): HourJudge {
  const { past } = start;
  const alarms: FoundAlarm[] = [];
  const hours: JudgedHourState[] = [];
  let state = start.state;
  return {
    judge({ startAt, models }, minutes, rules) {
      const begun = beginHour(state, past, { startAt, stageAt: rules.stageAt });
      const found = judgeMinutes(begun, minutes, rules);
      state = found.state;
      mergeAlarms(alarms, found.alarms, startAt);
      const hiding = found.alarms.filter(hidesWhatIsUsual);
      past.push({ startAt, models, isAlarmed: false });
      hours.push({ startAt, begun, isAlarmed: false });
      for (const { beganAt } of hiding) {
        markSince(past, beganAt, startAt);
        markSince(hours, beganAt, startAt);
      }
    },
    get state() {
      return state;
    },
    alarms,
    hours,
    past,
  };
}

/** Alarms of the next hour go on with those that were on; one that is on no more was put an end to between the hours. */
function mergeAlarms(all: FoundAlarm[], ofHour: readonly FoundAlarm[], hourAt: number): void {
  const isSame = (a: FoundAlarm, b: FoundAlarm) => a.key === b.key && a.raisedAt === b.raisedAt;
  for (const open of all) {
    if (open.endedAt !== null) continue;
    const next = ofHour.find((alarm) => isSame(alarm, open));
    open.endedAt = next ? next.endedAt : hourAt;
  }
  for (const alarm of ofHour) if (!all.some((known) => isSame(known, alarm))) all.push(alarm);
}

/** An alarm hides this hour and those that it reaches back into. */
function markSince(
  hours: { startAt: number; isAlarmed: boolean }[],
  beganAt: number,
  thisHourAt: number,
): void {
  for (let i = hours.length - 1; i >= 0; i--) {
    const hour = hours[i]!;
    if (hour.startAt !== thisHourAt && hour.startAt + hourMs <= beganAt) break;
    hour.isAlarmed = true;
  }
}
