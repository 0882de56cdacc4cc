import { type RunningHours, runningHoursReachMs } from '../running-hours.ts';
import type { ShiftCalendar } from './shift-calendar.ts';

/**
 * Running hours of a station at `now` whose site has a shift calendar: its planned time. Before the calendar begins those
 * that were learnt hold, so that what is known of a station's pauses is not lost on the day the first plan is saved; hours
 * of which nothing is known do not count as a pause then.
 */
export function calendarHours(
  calendar: Pick<ShiftCalendar, 'fromAt' | 'isPlanned' | 'plannedMs'>,
  learnt: RunningHours,
  now: number,
): RunningHours {
  const { fromAt } = calendar;
  if (now < fromAt) return learnt;
  return {
    source: 'plan',
    isRunning: (at) => (at < fromAt ? learnt.isRunning(at) : calendar.isPlanned(at)),
    elapsedMs: (startAt, endAt) => {
      const firstAt = Math.max(startAt, endAt - runningHoursReachMs);
      const isKnown = learnt.source !== 'none' || endAt <= fromAt;
      const before = firstAt < fromAt && isKnown ? learnt.elapsedMs(firstAt, Math.min(endAt, fromAt)) : 0;
      const since = { startAt: Math.max(firstAt, fromAt), endAt };
      return since.endAt > since.startAt ? before + calendar.plannedMs(since) : before;
    },
  };
}
