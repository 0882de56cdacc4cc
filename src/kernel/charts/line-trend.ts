import { type ScaleLinear, scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import type { WallClock } from '../time/time-zone.ts';
import { coordinate, escapeText, pathOf, svgImage } from './svg.ts';
import { type TickNames, timeTicks } from './time-ticks.ts';

export type LinePoint = {
  startAt: number;
  endAt: number;
  /** Null: no value; the line is interrupted. */
  value: number | null;
  lower: number | null;
  upper: number | null;
  /** `out` beyond a limit, `signal` within them but part of a pattern. */
  mark?: 'out' | 'signal' | undefined;
};

export type LineTrendOptions = {
  points: readonly LinePoint[];
  /** Further lines on the same axis, without limits and marks; with them the first is a series among others. */
  series?: readonly (readonly LinePoint[])[];
  /** Instants marked by a line across the drawing. */
  events?: readonly number[];
  window: { startAt: number; endAt: number };
  wallClock: WallClock;
  /** Formats of the time axis. */
  names: TickNames;
  /** The centre line. */
  center?: number | null;
  /** Formats a value at the axis, such as `97 %`. */
  label: (value: number) => string;
  /** Bounds of the axis, such as 0 and 1 for a share. */
  bounds?: { min: number; max: number };
  /** Default height in CSS pixels; the chart is as wide as its container. */
  height?: number;
  title?: string;
};

/**
 * Size of the inner drawing, which stretches to its container; texts and marks are positioned in percent and keep their
 * size. Value texts stand to its left, where the style sheet reserves padding for them (without clipping).
 */
const innerWidth = 1_000;
const innerHeight = 200;
/** The inner drawing's top and height in percent of the whole; time ticks stand below it. */
const topPercent = 6;
const heightPercent = 84;

const thin = ' fill="none" vector-effect="non-scaling-stroke"';

/**
 * Values over time with their control limits: a line interrupted where there is no value, upper and lower limits in steps
 * as wide as their buckets, points beyond the limits as filled circles, and points signalled by a run rule as open
 * squares.
 */
export function lineTrend(options: LineTrendOptions): string {
  const { points, series = [], events = [], window, wallClock, names, height = 256, title } = options;
  const x = scaleLinear([window.startAt, window.endAt], [0, innerWidth]);
  const y = valueScale(options);
  const axis = { x, y, ticks: timeTicks(window, wallClock, names), values: y.ticks(4) };
  const content = [
    `<svg y="${topPercent}%" width="100%" height="${heightPercent}%" viewBox="0 0 ${innerWidth} ${innerHeight}" preserveAspectRatio="none">`,
    gridPath(axis.values, y),
    limitPaths(points, x, y, options.center ?? null),
    eventPath(events, window, x),
    ...[points, ...series].map((one, i) => {
      const className = series.length === 0 ? 'chart-line' : `chart-line chart-series-${i}`;
      return pathOf(
        className,
        valueLine(one, x, y),
        `${thin} stroke-linecap="round" stroke-linejoin="round"`,
      );
    }),
    '</svg>',
    ...points.map((point) => markOf(point, x, y)),
    ...axis.values.map((value) => {
      const text = escapeText(options.label(value));
      return `<text class="chart-axis" x="-8" y="${percentY(y(value))}" dy=".35em" text-anchor="end">${text}</text>`;
    }),
    ...axis.ticks.map(({ at, label }, i) => tickText(x(at) / innerWidth, label, i)),
  ];
  return svgImage(`width="100%" height="${height}"`, title, content.join(''));
}

type Scale = ScaleLinear<number, number>;

/** The range from the lowest to the highest value or limit, widened to round numbers within the bounds. */
function valueScale({ points, series = [], center, bounds }: LineTrendOptions): Scale {
  const values = [points, ...series].flat().flatMap(({ value, lower, upper }) => [value, lower, upper]);
  const known = [...values, center].filter(
    (value) => typeof value === 'number' && Number.isFinite(value),
  ) as number[];
  const { min: least, max: most } = bounds ?? {
    min: Number.NEGATIVE_INFINITY,
    max: Number.POSITIVE_INFINITY,
  };
  let low = known.length === 0 ? Math.max(least, 0) : known.reduce((a, b) => Math.min(a, b));
  let high = known.length === 0 ? Math.min(most, 1) : known.reduce((a, b) => Math.max(a, b));
  if (high - low < 1e-9)
    [low, high] = [low - 0.05 * (Math.abs(low) || 1), high + 0.05 * (Math.abs(high) || 1)];
  const [from, to] = scaleLinear([low, high], [0, 1]).nice(4).domain() as [number, number];
  return scaleLinear([Math.max(least, from), Math.min(most, to)], [innerHeight, 0]);
}

function gridPath(values: readonly number[], y: Scale): string {
  const d = values.map((value) => `M0 ${coordinate(y(value))}h${innerWidth}`).join('');
  return pathOf('chart-grid', d, `${thin} stroke="currentColor" stroke-opacity=".12"`);
}

function eventPath(events: readonly number[], window: { startAt: number; endAt: number }, x: Scale): string {
  const within = events.filter((at) => at >= window.startAt && at <= window.endAt);
  const d = within.map((at) => `M${coordinate(x(at))} 0v${innerHeight}`).join('');
  return pathOf('chart-event', d, thin);
}

function middleOf(point: LinePoint): number {
  return (point.startAt + point.endAt) / 2;
}

function valueLine(points: readonly LinePoint[], x: Scale, y: Scale): string {
  const draw = line<LinePoint>(
    (point) => x(middleOf(point)),
    (point) => y(point.value ?? 0),
  );
  return draw.defined(({ value }) => isKnown(value)).digits(1)(points) ?? '';
}

function isKnown(value: number | null): value is number {
  return value !== null && Number.isFinite(value);
}

/** The band between the limits, the limits themselves and the centre line. */
function limitPaths(points: readonly LinePoint[], x: Scale, y: Scale, center: number | null): string {
  let band = '';
  const steps = { upper: '', lower: '' };
  let previous: LinePoint | undefined;
  for (const point of points) {
    const { lower, upper } = point;
    if (!isKnown(lower) || !isKnown(upper)) {
      previous = undefined;
      continue;
    }
    const [left, right] = [coordinate(x(point.startAt)), coordinate(x(point.endAt))];
    const [low, high] = [coordinate(y(lower)), coordinate(y(upper))];
    const start = previous === undefined ? `M${left} ` : 'V';
    steps.upper += `${start}${high}H${right}`;
    steps.lower += `${start}${low}H${right}`;
    band += `M${left} ${low}V${high}H${right}V${low}z`;
    previous = point;
  }
  const centerLine = isKnown(center) && steps.upper !== '' ? `M0 ${coordinate(y(center))}h${innerWidth}` : '';
  return [
    pathOf('chart-band', band, ' fill="currentColor" fill-opacity=".05"'),
    pathOf('chart-limit', steps.upper + steps.lower, thin),
    pathOf('chart-limit chart-center', centerLine, thin),
  ].join('');
}

function percentY(innerY: number): string {
  return `${coordinate(topPercent + (innerY / innerHeight) * heightPercent)}%`;
}

/** The mark of a point that needs attention, distinguished by shape and not by colour alone. */
function markOf(point: LinePoint, x: Scale, y: Scale): string {
  if (point.mark === undefined || !isKnown(point.value)) return '';
  const left = `${coordinate((x(middleOf(point)) / innerWidth) * 100)}%`;
  const top = percentY(y(point.value));
  if (point.mark === 'out') return `<circle class="chart-out" cx="${left}" cy="${top}" r="4"/>`;
  const square = 'width="7" height="7" transform="translate(-3.5 -3.5)" fill="none" stroke="currentColor"';
  return `<rect class="chart-signal" x="${left}" y="${top}" ${square}/>`;
}

/** A time tick; at the right end its text is kept inside. On narrow screens every second one is hidden. */
function tickText(share: number, label: string, i: number): string {
  const anchor = share > 0.96 ? 'end' : 'middle';
  const kind = i % 2 === 1 ? 'chart-axis chart-second' : 'chart-axis';
  const position = `x="${coordinate(share * 100)}%" y="98%" text-anchor="${anchor}"`;
  return `<text class="${kind}" ${position}>${escapeText(label)}</text>`;
}
