import { lineTrend } from '../../kernel/charts/line-trend.ts';
import type { TickNames } from '../../kernel/charts/time-ticks.ts';
import type { WallClock } from '../../kernel/time/time-zone.ts';
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

const oneMinus = (share: number | null) => (share === null ? null : 1 - share);
const markOf = ({ isOut, isSignal }: { isOut: boolean; isSignal: boolean }) =>
  isOut ? 'out' : isSignal ? 'signal' : undefined;

/** A chart of NG shares drawn as yield: the limits swap sides, points outside stay outside. Empty without points. */
export function drawYieldTrend(
  points: readonly ChartPoint[],
  window: TimeWindow,
  wallClock: WallClock,
  names: TickNames,
): string {
  const centers = new Set(points.map(({ center }) => center));
  const [center = null] = centers;
  return lineTrend({
    points: points.map((point) => ({
      startAt: point.startAt,
      endAt: point.endAt,
      value: oneMinus(point.value),
      lower: oneMinus(point.upper),
      upper: oneMinus(point.lower),
      mark: markOf(point),
    })),
    window,
    wallClock,
    names,
    // A mix that changes has no one centre.
    center: centers.size === 1 ? oneMinus(center) : null,
    label: (value) => `${Number((value * 100).toFixed(3))} %`,
    bounds: { min: 0, max: 1 },
  });
}

/** A g chart: good ones from NG to NG, over the time between them. */
export function drawGapTrend(
  points: readonly GapPoint[],
  window: TimeWindow,
  wallClock: WallClock,
  names: TickNames,
): string {
  return lineTrend({
    points: points.map((point) => ({
      startAt: point.startAt,
      endAt: point.endAt,
      value: point.value,
      lower: 0,
      upper: point.upper,
      mark: markOf(point),
    })),
    window,
    wallClock,
    names,
    center: points[0]?.center ?? null,
    label: (value) => `${Math.round(value)}`,
    bounds: { min: 0, max: Number.POSITIVE_INFINITY },
  });
}
