import type { WallClock } from '../../kernel/time/time-zone.ts';
import type { Sites } from '../sites.ts';
import type { TimeWindow } from '../time-window.ts';
import { createShiftCalendar, type DatedPlan, type ShiftCalendar } from './shift-calendar.ts';
import type { ShiftPlan } from './shift-plan.ts';
import type { ShiftPlans } from './shift-plans.ts';

/** What is assumed of a site whose plan nobody has saved: 08:00 to 17:00, Monday to Friday. */
const assumedPlan: DatedPlan & { plan: ShiftPlan } = {
  fromDate: '1970-01-01',
  plan: {
    cycleDays: 7,
    cycleFrom: '1970-01-05',
    shifts: [{ name: '', start: '08:00', end: '17:00', breaks: [], days: [1, 2, 3, 4, 5] }],
    exceptions: [],
    downtimes: [],
  },
};

const wholeSite = 0;

/** When a site works, for planned time, utilisation and OEE alone: state, silence and alarms never assume a plan. */
export type PlannedTime = ShiftCalendar & {
  /** Whether some of a window lies before the first saved plan, so that its planned time is assumed. */
  isAssumed(window: TimeWindow): boolean;
  readonly wallClock: WallClock;
};

/** Planned time of a site, or of one of its lines. */
export type PlannedOf = (siteId: number, lineId?: number) => PlannedTime;

/** Planned time with the assumed plan before the first saved one; built again when plans change. */
export function createPlannedTime(
  shifts: Pick<ShiftPlans, 'plansOf' | 'calendarOf'>,
  sites: Pick<Sites, 'wallClockOf'>,
): PlannedOf {
  const known = new Map<
    string,
    { of: ShiftCalendar | undefined; wallClock: WallClock; planned: PlannedTime }
  >();
  return (siteId, lineId = wholeSite) => {
    const saved = shifts.calendarOf(siteId, lineId);
    const wallClock = sites.wallClockOf(siteId);
    // A line without plans of its own works as its site does.
    const scope = lineId !== wholeSite && saved === shifts.calendarOf(siteId) ? wholeSite : lineId;
    const key = `${siteId}:${scope}`;
    const before = known.get(key);
    if (before && before.of === saved && before.wallClock === wallClock) return before.planned;
    const calendar = createShiftCalendar([assumedPlan, ...shifts.plansOf(siteId, scope)], wallClock);
    const savedFromAt = saved?.fromAt ?? Number.POSITIVE_INFINITY;
    const planned = {
      ...calendar,
      wallClock,
      isAssumed: (window: TimeWindow) => window.startAt < savedFromAt,
    };
    known.set(key, { of: saved, wallClock, planned });
    return planned;
  };
}
