import { lineTrend } from '../../kernel/charts/line-trend.ts';
import type { TickNames } from '../../kernel/charts/time-ticks.ts';
import type { WallClock } from '../../kernel/time/time-zone.ts';
import type { TimeWindow } from '../../plant/time-window.ts';
import type { ControlChart } from '../../statistics/control-chart.ts';

const oneMinus = (share: number | null | undefined) =>
  share === null || share === undefined ? null : 1 - share;

/** A p chart of NG shares drawn as yield: the limits swap sides, points outside stay outside. Null draws an empty chart. */
export function drawYieldTrend(
  buckets: readonly TimeWindow[],
  chart: ControlChart | null,
  wallClock: WallClock,
  names: TickNames,
): string {
  const window = { startAt: buckets[0]?.startAt ?? 0, endAt: buckets.at(-1)?.endAt ?? 0 };
  return lineTrend({
    points: buckets.map(({ startAt, endAt }, i) => {
      const point = chart?.points[i];
      return {
        startAt,
        endAt,
        value: oneMinus(point?.value),
        lower: oneMinus(point?.upper),
        upper: oneMinus(point?.lower),
        mark: point?.isOut ? 'out' : point && point.signals.length > 0 ? 'signal' : undefined,
      };
    }),
    window,
    wallClock,
    names,
    center: oneMinus(chart?.center),
    label: (value) => `${Number((value * 100).toFixed(3))} %`,
    bounds: { min: 0, max: 1 },
  });
}
