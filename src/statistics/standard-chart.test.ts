import { expect, test } from 'vitest';
import { createRandom } from '../simulator/random.ts';
import { dispersionOf, mergeSamples, standardChart } from './standard-chart.ts';

const sampleOf = (total: number, share: number, hits: number) => ({
  total,
  hits,
  expected: total * share,
  variance: total * share * (1 - share),
});

test('neighbours are merged until five hits are expected, and the rest joins the last', () => {
  const merged = mergeSamples([
    sampleOf(100, 0.02, 1),
    sampleOf(0, 0.02, 0),
    sampleOf(200, 0.02, 3),
    sampleOf(250, 0.02, 9),
    sampleOf(100, 0.02, 2),
  ]);
  expect(merged.map(({ from, to, total, hits }) => [from, to, total, hits])).toEqual([
    [0, 2, 300, 4],
    [3, 4, 350, 11],
  ]);
  expect(mergeSamples([sampleOf(100, 0.02, 9)])).toEqual([]);
});

test('limits are those of the given share, whatever the points do', () => {
  const [calm, wild] = standardChart([sampleOf(500, 0.02, 10), sampleOf(500, 0.02, 60)]);
  expect(calm!.center).toBeCloseTo(0.02, 12);
  expect(calm!.upper).toBeCloseTo(0.02 + 3 * Math.sqrt((0.02 * 0.98) / 500), 12);
  expect([calm!.isOut, wild!.isOut]).toEqual([false, true]);
  expect(wild!.upper).toBe(calm!.upper);
  expect(standardChart([sampleOf(500, 0.02, 60)], { sigmaZ: 10 })[0]!.isOut).toBe(false);
});

test('a mix has the limits of its own expectation', () => {
  const mixed = { total: 1000, hits: 29, expected: 29, variance: 24.91 };
  const [point] = standardChart([mixed]);
  expect(point!.upper).toBeCloseTo((29 + 3 * Math.sqrt(24.91)) / 1000, 12);
});

test('binomial samples are not called overdispersed, those of a wandering share are', () => {
  const random = createRandom('dispersion');
  const draw = (share: number) => {
    let hits = 0;
    for (let i = 0; i < 500; i++) if (random.chance(share)) hits++;
    return sampleOf(500, 0.05, hits);
  };
  const calm = dispersionOf(Array.from({ length: 200 }, () => draw(0.05)));
  expect(calm.isOver).toBe(false);
  expect(calm.sigmaZ).toBeGreaterThan(0.85);
  expect(calm.sigmaZ).toBeLessThan(1.15);
  const wild = dispersionOf(Array.from({ length: 200 }, () => draw(0.05 * random.between(0.5, 1.5))));
  expect(wild.isOver).toBe(true);
  expect(wild.sigmaZ).toBeGreaterThan(1.3);
  expect(dispersionOf([sampleOf(500, 0.05, 90)]).isOver).toBe(false);
});

test('nine points on one side of what is usual are a run', () => {
  const points = standardChart(Array.from({ length: 10 }, () => sampleOf(500, 0.02, 12)));
  expect(points.map(({ signals }) => signals.length > 0)).toEqual([...Array(8).fill(false), true, true]);
});
