import type { ChartEvent, ChartView } from '../../kernel/charts/chart-view.ts';
import { type LinePoint, lineTrend } from '../../kernel/charts/line-trend.ts';
import type { WallClock } from '../../kernel/time/time-zone.ts';
import { linkTime } from '../../plant/links.ts';
import type { TimeWindow } from '../../plant/time-window.ts';
import type { ChartPoint } from './yield-chart.ts';

/** One point of a g chart: so many good ones from one NG (`startAt`) to the next (`endAt`). */
export type GapPoint = {
  startAt: number;
  endAt: number;
  value: number;
  center: number;
  upper: number;
  isOut: boolean;
  isSignal: boolean;
};

type Drawn = { window: TimeWindow; wallClock: WallClock; events: readonly ChartEvent[] };

const oneMinus = (share: number | null) => (share === null ? null : 1 - share);
const markOf = ({ isOut, isSignal }: { isOut: boolean; isSignal: boolean }) =>
  isOut ? 'out' : isSignal ? 'signal' : undefined;

/** A chart of NG shares drawn as yield: the limits swap sides, points outside stay outside. */
export function yieldTrend(points: readonly ChartPoint[], { window, wallClock, events }: Drawn): ChartView {
  const centers = new Set(points.map(({ center }) => center));
  const [center = null] = centers;
  const drawn = points.map<LinePoint>((point) => ({
    startAt: point.startAt,
    endAt: point.endAt,
    value: oneMinus(point.value),
    lower: oneMinus(point.upper),
    upper: oneMinus(point.lower),
    mark: markOf(point),
  }));
  return {
    key: 'yield',
    window,
    events,
    columns: [
      { text: { key: 'card.yield' }, kind: 'share' },
      { text: { key: 'chart.inspected' }, kind: 'count' },
      { text: { key: 'verdict.ng' }, kind: 'count' },
      { text: { key: 'chart.lower' }, kind: 'share' },
      { text: { key: 'chart.upper' }, kind: 'share' },
    ],
    rows: points.map((point, i) => ({
      ...endsOf(point, wallClock),
      values: [drawn[i]!.value, point.total, point.ng, drawn[i]!.lower, drawn[i]!.upper],
    })),
    draw: (names) =>
      lineTrend({
        points: drawn,
        events: events.map(({ at }) => at),
        window,
        wallClock,
        names,
        // A mix that changes has no one centre.
        center: centers.size === 1 ? oneMinus(center) : null,
        label: shareLabel,
        bounds: { min: 0, max: 1 },
      }),
  };
}

/** A g chart: good ones from NG to NG, over the time between them. */
export function gapTrend(points: readonly GapPoint[], { window, wallClock, events }: Drawn): ChartView {
  return {
    key: 'yield',
    window,
    events,
    columns: [
      { text: { key: 'chart.goodBetween' }, kind: 'count' },
      { text: { key: 'chart.upper' }, kind: 'count' },
    ],
    rows: points.map((point) => ({ ...endsOf(point, wallClock), values: [point.value, point.upper] })),
    draw: (names) =>
      lineTrend({
        points: points.map((point) => ({
          startAt: point.startAt,
          endAt: point.endAt,
          value: point.value,
          lower: 0,
          upper: point.upper,
          mark: markOf(point),
        })),
        events: events.map(({ at }) => at),
        window,
        wallClock,
        names,
        center: points[0]?.center ?? null,
        label: (value) => `${Math.round(value)}`,
        bounds: { min: 0, max: Number.POSITIVE_INFINITY },
      }),
  };
}

/** A share at the axis, such as `97.5 %`. */
export function shareLabel(value: number): string {
  return `${Number((value * 100).toFixed(3))} %`;
}

/** The ends of a point, also as they stand in an address. */
export function endsOf({ startAt, endAt }: TimeWindow, wallClock: WallClock) {
  return { startAt, endAt, start: linkTime(startAt, wallClock), end: linkTime(endAt, wallClock) };
}
