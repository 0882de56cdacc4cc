import { expect, test } from 'vitest';
import { type BarBucket, barTrend, fullNgPercent } from './bar-trend.ts';

const minuteMs = 60_000;
const bucketsOf = (counts: [ok: number, ng: number][]): BarBucket[] =>
  counts.map(([ok, ng], i) => ({ startAt: i * minuteMs, ok, ng, unmatched: 0, undecided: 0 }));
const chartOf = (buckets: BarBucket[], more: { now?: number; title?: string; maxCount?: number } = {}) =>
  barTrend({
    buckets,
    window: { startAt: 0, endAt: buckets.length * minuteMs },
    now: buckets.length * minuteMs,
    height: 64,
    ...more,
  });

/** Where bars of one class stand: counts above the lane of NG, whose ground is that of the chart. */
const grounds: Record<string, number> = { 'chart-bar': 44, 'chart-gap': 44, 'chart-ng': 64 };

/** Strokes of one class as [x, height], read back from the path. */
function strokesOf(svg: string, className: string): [number, number][] {
  const d = new RegExp(`class="${className}" d="([^"]*)"`).exec(svg)?.[1] ?? '';
  let x = 0;
  let y = 0;
  return [...d.matchAll(/([Mm])(-?\d+) ?(-?\d+)v(-?\d+)/g)].map(([, command, dx, dy, along]) => {
    x = Number(dx) + (command === 'm' ? x : 0);
    const from = Number(dy) + (command === 'm' ? y : 0);
    y = from + Number(along);
    expect(Math.max(from, y), `bars of ${className} stand on one ground`).toBe(grounds[className]);
    return [x, Math.abs(from - y)];
  });
}

test('bars are as high as their counts, and the share of NG has its own lane below', () => {
  const svg = chartOf(
    bucketsOf([
      [95, 5],
      [0, 0],
      [40, 10],
      [25, 0],
    ]),
  );
  expect(strokesOf(svg, 'chart-bar')).toEqual([
    [0, 44],
    [2, 22],
    [3, 11],
  ]);
  // 5 % and 20 % of a lane of 16, whose full height is the largest share.
  expect(strokesOf(svg, 'chart-ng')).toEqual([
    [0, 4],
    [2, 16],
  ]);
});

test.each([
  ['no image', [0, 0], 10],
  ['one NG of one image', [0, 1], 10],
  ['one NG of twenty', [19, 1], 10],
  ['one NG of a thousand', [999, 1], 10],
  ['three NG of three', [0, 3], 15],
  ['a bad bucket of many images', [70, 31], 31],
] as const)('%s: the lane of NG ends at %d %%', (_, [ok, ng], percent) => {
  expect(
    fullNgPercent(
      bucketsOf([
        [50, 1],
        [ok, ng],
      ]),
    ),
  ).toBe(percent);
});

test('one NG of one image is half a bar, no more than one of twenty', () => {
  const svg = chartOf(
    bucketsOf([
      [0, 1],
      [19, 1],
      [39, 1],
    ]),
  );
  expect(strokesOf(svg, 'chart-ng')).toEqual([
    [0, 8],
    [1, 8],
    [2, 4],
  ]);
});

test('one NG among a thousand is seen', () => {
  expect(strokesOf(chartOf(bucketsOf([[999, 1]])), 'chart-ng')).toEqual([[0, 2]]);
});

test('an empty bucket is a gap only after the first known one and when it is over', () => {
  const buckets = bucketsOf([
    [0, 0],
    [0, 0],
    [3, 0],
    [0, 0],
    [2, 0],
    [0, 0],
    [0, 0],
  ]);
  const gapsAt = (now: number) => strokesOf(chartOf(buckets, { now }), 'chart-gap').map(([x]) => x);
  expect(gapsAt(7 * minuteMs)).toEqual([3, 5, 6]);
  expect(gapsAt(6.5 * minuteMs)).toEqual([3, 5]);
  expect(
    chartOf(
      bucketsOf([
        [0, 0],
        [0, 0],
      ]),
    ),
  ).not.toContain('<path');
});

test('charts that share a largest count can be compared', () => {
  expect(strokesOf(chartOf(bucketsOf([[10, 0]]), { maxCount: 100 }), 'chart-bar')).toEqual([[0, 4]]);
});

test('sixty buckets weigh at most 1.2 KB even when every one has NG, and no style attribute', () => {
  const worst = chartOf(bucketsOf(Array.from({ length: 60 }, (_, i) => [90 + i, 10 + ((i * 7) % 60)])));
  expect(worst.length).toBeLessThanOrEqual(1_200);
  const usual = chartOf(
    bucketsOf(
      Array.from({ length: 60 }, (_, i) => (i % 9 === 0 ? [0, 0] : [20 + (i % 7), i % 5 === 0 ? 2 : 0])),
    ),
  );
  expect(usual.length).toBeLessThanOrEqual(1_000);
  expect(worst).not.toContain('style=');
});

test('a title is the name of the image, whatever it contains; without one the chart is hidden from readers', () => {
  const titled = chartOf(bucketsOf([[1, 0]]), { title: '<img onerror="x"> & \'S9\'' });
  expect(titled).toContain('role="img"');
  expect(titled).toContain('<title>&#60;img onerror=&#34;x&#34;&#62; &#38; &#39;S9&#39;</title>');
  expect(chartOf(bucketsOf([[1, 0]]))).toContain('aria-hidden="true"');
});
