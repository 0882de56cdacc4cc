import { coordinate, escapeText, svgImage } from './svg.ts';

export type StackSegment = { value: number; className: string };

export type StackBarOptions = {
  segments: readonly StackSegment[];
  /** Value that fills the width; by default the sum. */
  total?: number;
  width?: number;
  height?: number;
  title?: string;
};

/** One bar of segments side by side, each as wide as its share; it stretches to the place it gets. */
export function stackBar({ segments, total, width = 120, height = 8, title }: StackBarOptions): string {
  const shown = segments.filter(({ value }) => value > 0);
  const sum = Math.max(
    total ?? 0,
    shown.reduce((all, { value }) => all + value, 0),
  );
  let left = 0;
  const rects = shown.map(({ value, className }) => {
    const right = left + (value / sum) * 100;
    const place = `x="${coordinate(left)}" width="${coordinate(right - left)}" height="${height}"`;
    left = right;
    return `<rect class="${escapeText(className)}" ${place}/>`;
  });
  const place = `width="${width}" height="${height}" viewBox="0 0 100 ${height}" preserveAspectRatio="none"`;
  return svgImage(place, title, rects.join(''));
}
