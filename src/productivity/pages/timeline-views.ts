/**
 * One worker's or station's states over time.
 *
 * Templates and their data:
 *   productivity/worker, productivity/station   TimelinePage
 *   productivity/_timeline                      TimelineView     (GET /productivity/timeline, container #productivity-timeline)
 *   productivity/_lanes                         LanesView
 */
import { escapeText } from '../../kernel/charts/svg.ts';
import { type TickNames, timeTicks } from '../../kernel/charts/time-ticks.ts';
import type { PageFragments } from '../../kernel/stream/page-fragments.ts';
import { minuteMs } from '../../kernel/time/durations.ts';
import { atFixedTimes } from '../../plant/links.ts';
import type { FilterForm } from '../../plant/page-filters.ts';
import type { PeriodSteps } from '../../plant/period-steps.ts';
import type { TimeWindow } from '../../plant/time-window.ts';
import type { ActivityMetrics } from '../activity-metrics.ts';
import { type AskedBoard, boardHref, type Kept } from '../asked-board.ts';
import type { ActivityState, Segment } from '../model.ts';
import { drawnWindow, type StateNow, stateNow } from './board-views.ts';
import { drawStateBar } from './state-bar.ts';

/** Lanes below each other; of more, the busiest. */
const maxLanes = 12;
/** Changes of state in the table below; the newest. */
const maxChanges = 200;
const shortestZoomMs = 2 * minuteMs;

export type Lane = { label: string; href: string | null; barSvg: string };

/** One change of state, or of the station, as the table has it. */
export type StateChange = { startAt: number; endAt: number; state: ActivityState; label: string };

export type HourRow = TimeWindow & { metrics: ActivityMetrics };

/** Lanes over one axis of time. */
export type LanesView = {
  lanes: readonly Lane[];
  /** Lanes beyond those shown. */
  moreLanes: number;
  axisSvg: string;
};

export type TimelineView = LanesView & {
  /** Whether the window has the present in it. */
  isRunning: boolean;
  now: StateNow;
  /** Null where too few workers were active for figures that are nobody's own. */
  metrics: ActivityMetrics | null;
  hours: readonly HourRow[];
  changes: readonly StateChange[];
  moreChanges: number;
};

export type TimelinePage = {
  live: PageFragments<'timeline'>;
  /** How the worker or station is called. */
  label: string;
  code: string;
  type: string;
  filters: FilterForm;
  steps: PeriodSteps;
  zoomInHref: string | null;
  zoomOutHref: string;
  window: TimeWindow;
  isAssumed: boolean;
  kept: Kept | null;
  backHref: string;
  /** The page of the same station's images; null where it has none. */
  inspectionsHref: string | null;
  here: string;
};

type LaneOf = (segment: Segment) => { key: number; label: string; href: string | null };

/** Segments in lanes by `laneOf`, the lane of the longest time first. */
export function lanesView(facts: {
  asked: AskedBoard;
  now: number;
  segments: readonly Segment[];
  laneOf: LaneOf;
  names: TickNames;
}): LanesView {
  const { asked, now, segments, laneOf } = facts;
  const { plannedStretches: planned } = asked;
  const window = drawnWindow(asked.window, planned, segments);
  const lanes = [...Map.groupBy(segments, (segment) => laneOf(segment).key).values()].sort(
    (a, b) => lastingMs(b) - lastingMs(a),
  );
  return {
    lanes: lanes.slice(0, maxLanes).map((lane) => {
      const { label, href } = laneOf(lane[0]!);
      return { label, href, barSvg: drawStateBar(lane, window, { planned, now }) };
    }),
    moreLanes: Math.max(0, lanes.length - maxLanes),
    axisSvg: drawAxis({ ...asked, window }, facts.names),
  };
}

export function timelineView(facts: {
  asked: AskedBoard;
  now: number;
  /** Of the worker, or of the station itself. */
  own: readonly Segment[];
  /** Of the workers at the station. */
  others: readonly Segment[];
  metrics: ActivityMetrics | null;
  hours: readonly HourRow[];
  laneOf: LaneOf;
  names: TickNames;
}): TimelineView {
  const { asked, now, own, others, laneOf } = facts;
  const changes = joined(own, laneOf);
  return {
    ...lanesView({ ...facts, segments: [...own, ...others] }),
    isRunning: now < asked.window.endAt,
    now: stateNow(own, now),
    metrics: facts.metrics,
    // An hour in which nothing was planned and nothing is known says nothing.
    hours: facts.hours.filter(
      ({ metrics }) =>
        metrics.plannedMs + metrics.workingMs + metrics.idleMs + metrics.absentMs + metrics.units > 0,
    ),
    changes: changes.slice(-maxChanges).toReversed(),
    moreChanges: Math.max(0, changes.length - maxChanges),
  };
}

function lastingMs(segments: readonly Segment[]): number {
  return segments.reduce((sum, { startAt, endAt }) => sum + endAt - startAt, 0);
}

/** Segments that only midnight or a border of planned time divides made one again. */
function joined(
  segments: readonly Segment[],
  laneOf: (segment: Segment) => { key: number; label: string },
): StateChange[] {
  const found: (StateChange & { key: number })[] = [];
  const lastOf = new Map<number, StateChange & { key: number }>();
  for (const segment of segments) {
    const { key, label } = laneOf(segment);
    const last = lastOf.get(key);
    if (last && last.state === segment.state && last.endAt === segment.startAt) {
      last.endAt = segment.endAt;
      continue;
    }
    const { startAt, endAt, state } = segment;
    const change = { key, label, startAt, endAt, state };
    lastOf.set(key, change);
    found.push(change);
  }
  return found;
}

/** Ticks of time below the lanes: an svg whose places are percents, so that its text is not stretched. */
function drawAxis({ window, wallClock }: AskedBoard, names: TickNames): string {
  const percent = (at: number) =>
    ((100 * (at - window.startAt)) / (window.endAt - window.startAt)).toFixed(2);
  const ticks = timeTicks(window, wallClock, names, 8).map(({ at, label }) => {
    const x = `${percent(at)}%`;
    const share = Number(percent(at));
    // The first and the last label would be cut in half.
    const anchor = share < 4 ? 'start' : share > 96 ? 'end' : 'middle';
    return `<line x1="${x}" x2="${x}" y1="0" y2="4"/><text x="${x}" y="16" text-anchor="${anchor}">${escapeText(label)}</text>`;
  });
  return `<svg class="timeline-axis" aria-hidden="true" width="100%" height="20">${ticks.join('')}</svg>`;
}

/** Addresses of the middle half of a window, and of one twice as long around it. */
export function zooms({ query, window, wallClock }: AskedBoard, path: string) {
  const lengthMs = window.endAt - window.startAt;
  const to = (startAt: number, endAt: number) =>
    boardHref(path, atFixedTimes(query, { startAt, endAt }, wallClock));
  return {
    zoomInHref:
      lengthMs / 2 < shortestZoomMs ? null : to(window.startAt + lengthMs / 4, window.endAt - lengthMs / 4),
    zoomOutHref: to(window.startAt - lengthMs / 2, window.endAt + lengthMs / 2),
  };
}
