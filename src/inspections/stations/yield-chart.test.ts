import { expect, test } from 'vitest';
import type { Baseline, CountedSpan } from './baseline.ts';
import { baselineDispersion, yieldChart } from './yield-chart.ts';

const hour = 3_600_000;
const calm = { samples: 100, sigmaZ: 1.02, isOver: false };

const usual = (partId: number, share: number): Baseline => ({
  partId,
  inspections: 20_000,
  ng: 20_000 * share,
  fromAt: -100 * hour,
  toAt: 0,
  isEnough: true,
});
const buckets = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ startAt: i * hour, endAt: (i + 1) * hour }));
const span = (at: number, ok: number, ng: number, partId = 1): CountedSpan => ({
  startAt: at * hour,
  models: [{ partId, ok, ng }],
});
const known = [{ sinceAt: Number.NEGATIVE_INFINITY, baselines: [usual(1, 0.02), usual(2, 0.2)] }];

test('limits come from before the window: a fault that fills it is out from its first point on', () => {
  const spans = [0, 1, 2].map((at) => span(at, 920, 80));
  const chart = yieldChart(buckets(3), spans, { stages: known, dispersion: calm });
  expect(chart.kind).toBe('p');
  expect(chart.points.map(({ isOut, center }) => [isOut, center])).toEqual(Array(3).fill([true, 0.02]));
});

test('buckets are merged until five NG are expected', () => {
  const spans = [0, 1, 2, 3, 4, 5, 6].map((at) => span(at, 98, 2));
  const { points } = yieldChart(buckets(7), spans, { stages: known, dispersion: calm });
  expect(points.map(({ startAt, endAt, total }) => [startAt / hour, endAt / hour, total])).toEqual([
    [0, 3, 300],
    [3, 7, 400],
  ]);
});

test('a change of mix alone moves the limits with the points', () => {
  const spans = [span(0, 980, 20), span(1, 980, 20), span(2, 800, 200, 2), span(3, 800, 200, 2)];
  const { points } = yieldChart(buckets(4), spans, { stages: known, dispersion: calm });
  expect(points.map(({ isOut, value, center }) => [isOut, value, center])).toEqual([
    [false, 0.02, 0.02],
    [false, 0.02, 0.02],
    [false, 0.2, 0.2],
    [false, 0.2, 0.2],
  ]);
});

test('a new model is named and in no point with limits; alone it has points without', () => {
  const mixed = yieldChart(buckets(1), [span(0, 980, 20), span(0, 10, 90, 3)], {
    stages: known,
    dispersion: calm,
  });
  expect(mixed.points[0]).toMatchObject({ total: 1000, ng: 20, isOut: false });
  expect(mixed.unknownPartIds).toEqual([3]);
  const alone = yieldChart(buckets(2), [span(1, 10, 90, 3)], { stages: known, dispersion: calm });
  expect(alone.kind).toBe('unknown');
  expect(alone.points).toMatchObject([{ startAt: hour, value: 0.9, lower: null, upper: null }]);
});

test('no point reaches across a stage, and each stage has its own limits', () => {
  const stages = [...known, { sinceAt: 2 * hour, baselines: [usual(1, 0.1)] }];
  const spans = [0, 1, 2, 3].map((at) => span(at, at < 2 ? 98 : 90, at < 2 ? 2 : 10));
  const { points } = yieldChart(buckets(4), spans, { stages, dispersion: calm });
  expect(points.map(({ startAt, center }) => [startAt / hour, center])).toEqual([
    [0, null],
    [1, null],
    [2, 0.1],
    [3, 0.1],
  ]);
});

test('rare NG have no limits but a chart of their own', () => {
  const chart = yieldChart(buckets(3), [span(0, 99, 1), span(2, 100, 0)], {
    stages: known,
    dispersion: calm,
  });
  expect(chart.kind).toBe('rare');
  expect(chart.points.every(({ upper }) => upper === null)).toBe(true);
});

test('a station that varies more than by chance has wider limits, measured in its baseline', () => {
  const hours = Array.from({ length: 60 }, (_, i) =>
    span(i - 60, i % 2 === 0 ? 990 : 970, i % 2 === 0 ? 10 : 30),
  );
  const dispersion = baselineDispersion(hours, [usual(1, 0.02)]);
  expect(dispersion.isOver).toBe(true);
  const chart = yieldChart(buckets(1), [span(0, 965, 35)], { stages: known, dispersion });
  expect(chart.kind).toBe('laney');
  expect(chart.points[0]!.isOut).toBe(false);
  expect(
    yieldChart(buckets(1), [span(0, 965, 35)], { stages: known, dispersion: calm }).points[0]!.isOut,
  ).toBe(true);
});
