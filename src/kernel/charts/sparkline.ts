import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import { pathOf, svgImage } from './svg.ts';

export type SparklineOptions = {
  /** Equidistant values; null where there is none. */
  values: readonly (number | null)[];
  width?: number;
  height?: number;
  /** Values at the lower and upper edge; by default the minimum and maximum. */
  min?: number;
  max?: number;
  title?: string;
};

/** A word-sized line, interrupted where there is no value; it stretches to its container. */
export function sparkline({ values, width = 120, height = 24, min, max, title }: SparklineOptions): string {
  const known = values.filter((value) => value !== null && Number.isFinite(value)) as number[];
  const low = min ?? known.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = max ?? known.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const y = high > low ? scaleLinear([low, high], [height - 1, 1]).clamp(true) : () => height / 2;
  const x = (i: number) => (values.length < 2 ? width / 2 : 1 + (i * (width - 2)) / (values.length - 1));
  const draw = line<number | null>(
    (_, i) => x(i),
    (value) => y(value ?? 0),
  );
  const d = draw.defined((value) => value !== null && Number.isFinite(value)).digits(1)(values) ?? '';
  const box = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" preserveAspectRatio="none"`;
  const look =
    ' fill="none" stroke-linecap="round" stroke-linejoin="round" vector-effect="non-scaling-stroke"';
  return svgImage(box, title, pathOf('chart-line', d, look));
}
