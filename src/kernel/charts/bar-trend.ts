import { pathOf, svgImage } from './svg.ts';

/** Counts of one bucket; all zero means empty. */
export type BarBucket = { startAt: number; ok: number; ng: number; unmatched: number; undecided: number };

export type BarTrendOptions = {
  buckets: readonly BarBucket[];
  /** The time that the buckets cover together; the last bucket ends with it. */
  window: { startAt: number; endAt: number };
  /** A bucket that has not ended by now is no gap. */
  now: number;
  /** Default size in CSS pixels; the drawing stretches to the size the style sheet sets. */
  width?: number;
  height?: number;
  /** Count at full height; by default the largest of all buckets. */
  maxCount?: number;
  title?: string;
};

/** Share of a bucket's width that its bar takes. */
const barWidth = '.7';
/** Minimum height of a mark, so that one NG among a thousand is visible. */
const minHeight = 2;
/** Parts of the height: what the lane of NG takes below the counts, and the space between them. */
const laneShare = 0.25;
const spaceShare = 1 / 16;
/** Fewer judged images than this count as so many: one NG of one image is no share of 100 %. */
const fewestJudged = 20;
/** The lowest share of NG at the full height of its lane. */
const smallestFullShare = 0.1;

/** The share of NG in a bucket, 0..1, of at least `fewestJudged` images. */
function ngShare({ ok, ng }: Pick<BarBucket, 'ok' | 'ng'>): number {
  return ng / Math.max(ok + ng, fewestJudged);
}

/** The share of NG at the full height of its lane, in whole percent from 10 on: the largest of all buckets fits. */
export function fullNgPercent(buckets: readonly Pick<BarBucket, 'ok' | 'ng'>[]): number {
  return Math.ceil(Math.max(smallestFullShare, ...buckets.map(ngShare)) * 100);
}

/**
 * Bars of all inspections, marks for empty buckets after the first known one, and in a lane of its own below them the share
 * of NG, to the scale of `fullNgPercent`: a count of NG on the axis of all images would draw one NG of one image as the
 * worst there is. Each of the three is one path, 1.2 KB at most for 60 buckets, because the chart is sent again with every
 * inspection.
 */
export function barTrend(options: BarTrendOptions): string {
  const { buckets, window, now, width = 360, height = 64, title } = options;
  const totals = buckets.map(({ ok, ng, unmatched, undecided }) => ok + ng + unmatched + undecided);
  const maxCount = Math.max(options.maxCount ?? 0, ...totals, 1);
  const lane = Math.round(height * laneShare);
  const ground = height - lane - Math.round(height * spaceShare);
  const fullShare = fullNgPercent(buckets) / 100;
  const heightOf = (share: number, full: number) => {
    return share === 0 ? 0 : Math.min(full, Math.max(minHeight, Math.round(share * full)));
  };
  const firstKnown = totals.findIndex((total) => total > 0);
  const isGap = (i: number) =>
    firstKnown >= 0 && i > firstKnown && totals[i] === 0 && (buckets[i + 1]?.startAt ?? window.endAt) <= now;

  const stretch = `width="${width}" height="${height}" viewBox="-.5 0 ${Math.max(1, buckets.length)} ${height}" preserveAspectRatio="none"`;
  const bars = standingStrokes(
    totals.map((total) => heightOf(total / maxCount, ground)),
    ground,
  );
  const ngs = standingStrokes(
    buckets.map((bucket) => heightOf(ngShare(bucket) / fullShare, lane)),
    height,
  );
  const gaps = standingStrokes(
    buckets.map((_, i) => (isGap(i) ? minHeight : 0)),
    ground,
  );
  const paths = pathOf('chart-bar', bars) + pathOf('chart-ng', ngs) + pathOf('chart-gap', gaps);
  return svgImage(stretch, title, `<g fill="none" stroke-width="${barWidth}">${paths}</g>`);
}

/**
 * One vertical stroke from `ground` up for each height above 0, at x = 0, 1, 2 … To keep the path short, moves are
 * relative and strokes alternate up and down, so each starts near the end of the previous one.
 */
function standingStrokes(heights: readonly number[], ground: number): string {
  let d = '';
  let pen = { x: 0, y: 0 };
  let isUp = true;
  for (const [x, height] of heights.entries()) {
    if (height <= 0) continue;
    const y = isUp ? ground : ground - height;
    const across = y - pen.y;
    d += `${d === '' ? 'M' : 'm'}${x - pen.x}${across < 0 ? '' : ' '}${across}v${isUp ? -height : height}`;
    pen = { x, y: isUp ? ground - height : ground };
    isUp = !isUp;
  }
  return d;
}
