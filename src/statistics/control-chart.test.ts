import { expect, test } from 'vitest';
import { cChart, laneyChart, pChart } from './control-chart.ts';

const wafers = [
  12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6,
];
const samples = wafers.map((hits) => ({ hits, total: 50 }));
const outOf = (chart: { points: { isOut: boolean }[] }) =>
  chart.points.flatMap(({ isOut }, i) => (isOut ? [i + 1] : []));

test('the p chart of the handbook has its published centre, limits and two points out', () => {
  const chart = pChart(samples)!;
  expect(chart.center).toBeCloseTo(0.2313333, 7);
  expect(chart.points[0]!.upper).toBeCloseTo(0.4102391, 7);
  expect(chart.points[0]!.lower).toBeCloseTo(0.0524275, 7);
  expect(outOf(chart)).toEqual([15, 23]);
  expect(chart.points[14]!.signals).toContain('beyond3');
});

test("Laney's chart of the same data allows for its extra variation", () => {
  const chart = laneyChart(samples)!;
  expect(chart.sigmaZ).toBeCloseTo(1.6608667, 7);
  expect(chart.points[0]!.upper).toBeCloseTo(0.528472, 7);
  expect(outOf(chart)).toEqual([]);
});

test('in the c chart of the handbook only the 24th wafer is out; the third is on the limit', () => {
  const chart = cChart([
    16, 14, 28, 16, 12, 20, 10, 12, 10, 17, 19, 17, 14, 16, 15, 13, 14, 16, 11, 20, 11, 19, 16, 31, 13,
  ])!;
  expect(chart.center).toBe(16);
  expect(chart.points[0]).toMatchObject({ lower: 4, upper: 28 });
  expect(outOf(chart)).toEqual([24]);
  expect(chart.points[2]!.signals).toEqual([]);
});

test('each point has the limits of its own number of inspections', () => {
  const chart = pChart([
    { hits: 5, total: 50 },
    { hits: 20, total: 200 },
    { hits: 1, total: 10 },
  ])!;
  const widths = chart.points.map(({ upper }) => upper! - chart.center);
  expect(widths[0]! / widths[1]!).toBeCloseTo(2, 10);
  expect(chart.points[2]!.lower).toBe(0);
});

test('a bucket without inspections is a gap, not a point', () => {
  const chart = pChart([
    { hits: 5, total: 50 },
    { hits: 0, total: 0 },
    { hits: 6, total: 50 },
  ])!;
  expect(chart.points[1]).toEqual({
    value: null,
    lower: null,
    upper: null,
    z: null,
    isOut: false,
    signals: [],
  });
  expect(chart.center).toBe(0.11);
  expect(
    laneyChart([
      { hits: 1, total: 9 },
      { hits: 0, total: 0 },
    ])!.sigmaZ,
  ).toBe(1);
});

test('without inspections there is no chart, and with all good nothing is out', () => {
  expect(pChart([])).toBeNull();
  expect(pChart([{ hits: 0, total: 0 }])).toBeNull();
  expect(cChart([null])).toBeNull();
  expect(outOf(pChart(samples.map(() => ({ hits: 0, total: 50 })))!)).toEqual([]);
  expect(outOf(laneyChart(samples.map(() => ({ hits: 50, total: 50 })))!)).toEqual([]);
});
