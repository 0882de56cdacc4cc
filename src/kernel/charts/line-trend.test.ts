import { expect, test } from 'vitest';
import { createFormat } from '../i18n/format.ts';
import { createWallClock } from '../time/time-zone.ts';
import { type LinePoint, lineTrend } from './line-trend.ts';

const hourMs = 3_600_000;
const seoul = createWallClock('Asia/Seoul');
const startAt = seoul.parse('2025-09-06T00:00')!;
const pointsOf = (values: (number | null)[], marks: Record<number, 'out' | 'signal'> = {}): LinePoint[] =>
  values.map((value, i) => ({
    startAt: startAt + i * hourMs,
    endAt: startAt + (i + 1) * hourMs,
    value,
    lower: value === null ? null : 0.8,
    upper: value === null ? null : 1,
    mark: marks[i],
  }));
const chartOf = (points: LinePoint[], more: object = {}) =>
  lineTrend({
    points,
    window: { startAt, endAt: startAt + points.length * hourMs },
    wallClock: seoul,
    names: createFormat({ lang: 'en', timeZone: 'Asia/Seoul' }),
    label: (value) => `${Math.round(value * 100)} %`,
    bounds: { min: 0, max: 1 },
    ...more,
  });
const pathOf = (svg: string, className: string) =>
  new RegExp(`class="${className}"[^>]* d="([^"]*)"`).exec(svg)?.[1] ?? '';

test('a bucket without a value breaks the line, it is not drawn over', () => {
  const d = pathOf(chartOf(pointsOf([0.9, 0.95, null, 0.92, 0.93])), 'chart-line');
  expect(d.match(/M/g)).toHaveLength(2);
  expect(d.match(/[ML]/g)).toHaveLength(4);
  expect(pathOf(chartOf(pointsOf([null, null])), 'chart-line')).toBe('');
});

test('a single value between two gaps is still a dot', () => {
  expect(pathOf(chartOf(pointsOf([null, 0.9, null])), 'chart-line')).toMatch(/^M[\d.]+,[\d.]+Z$/);
});

test('limits are steps as wide as their buckets and pause where there is no point', () => {
  const points = pointsOf([0.9, 0.9, null, 0.9]);
  points[1]!.upper = 0.95;
  const d = pathOf(chartOf(points), 'chart-limit');
  expect(d.match(/M/g), 'two runs of two limits').toHaveLength(4);
  expect(d).toMatch(/^M0 [\d.]+H250V[\d.]+H500M750 /);
});

test('points beyond a limit are circles, points of a pattern are squares, others bear no mark', () => {
  const svg = chartOf(pointsOf([0.9, 0.7, 0.9, 0.92], { 1: 'out', 3: 'signal' }));
  expect(svg.match(/<circle class="chart-out"/g)).toHaveLength(1);
  expect(svg).toContain('<circle class="chart-out" cx="37.5%"');
  expect(svg.match(/<rect class="chart-signal"/g)).toHaveLength(1);
});

test('the axis is labelled with round values within the bounds and round local times', () => {
  const svg = chartOf(pointsOf(Array(24).fill(0.97)));
  const labels = [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text!);
  expect(labels).toEqual(expect.arrayContaining(['100 %', '90 %', '6 Sept', '06:00', '12:00', '18:00']));
  expect(labels).not.toContain('110 %');
});

test('texts of values stand left of the drawing, where no line runs through them', () => {
  const svg = chartOf(pointsOf(Array(24).fill(0.97)));
  const labels = [...svg.matchAll(/<text[^>]* x="(-?[\d.]+)"[^>]*text-anchor="(\w+)"[^>]*>[^<]*%</g)];
  expect(labels.length).toBeGreaterThan(2);
  for (const [, x, anchor] of labels) expect([Number(x) < 0, anchor]).toEqual([true, 'end']);
});

test('coordinates have at most one decimal, labels are escaped, nothing is styled in place', () => {
  const points = Array.from({ length: 60 }, (_, i) => 0.9 + 0.001 * ((i * 37) % 61));
  const svg = chartOf(pointsOf(points), { label: () => '<b>', title: 'a & b', center: 0.93 });
  expect(svg).not.toMatch(/\d\.\d\d/);
  expect(svg).not.toContain('<b>');
  expect(svg).not.toContain('style=');
  expect(svg).toContain('<title>a &#38; b</title>');
  expect(svg).toContain('chart-center');
  expect(svg.length).toBeLessThan(6_000);
});

test('a chart without any value, or with a single one, still has an axis', () => {
  for (const svg of [
    chartOf(pointsOf([null])),
    chartOf(pointsOf([0.5])),
    chartOf([{ ...pointsOf([1])[0]!, lower: 1, upper: 1 }]),
    chartOf([]),
  ]) {
    expect(svg).toContain('chart-axis');
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  }
});
