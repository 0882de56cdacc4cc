import { expect, test } from 'vitest';
import { createRunRules, type RunRule, westernElectricRules } from './run-rules.ts';

function signalsOf(zs: (number | null)[], rules: readonly RunRule[]): number[] {
  const watch = createRunRules(rules);
  return zs.flatMap((z, i) => (watch.next(z).length > 0 ? [i] : []));
}

/** Standard normal numbers from a seed (Box–Muller). */
function createNormal(seed: number): () => number {
  let state = seed;
  const uniform = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 0.5) / 4_294_967_296;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** Mean number of points to a false alarm while all is well. */
function meanRunLength(rules: readonly RunRule[], runs: number): number {
  const normal = createNormal(20_251_121);
  let points = 0;
  for (let run = 0; run < runs; run++) {
    const watch = createRunRules(rules);
    do points++;
    while (watch.next(normal()).length === 0);
  }
  return points / runs;
}

test('one point beyond three sigmas signals, one on the limit does not', () => {
  expect(signalsOf([0, 3, -3, 3.01, -3.01], ['beyond3'])).toEqual([3, 4]);
});

test('two of three beyond two sigmas signal on one side only', () => {
  expect(signalsOf([2.1, 0, 2.1], ['twoOfThreeBeyond2'])).toEqual([2]);
  expect(signalsOf([2.1, 2.1], ['twoOfThreeBeyond2'])).toEqual([1]);
  expect(signalsOf([2.1, 0, -2.1], ['twoOfThreeBeyond2'])).toEqual([]);
  expect(signalsOf([2.1, 0, 0, 2.1], ['twoOfThreeBeyond2'])).toEqual([]);
  expect(signalsOf([2.1, 2.1, 0], ['twoOfThreeBeyond2'])).toEqual([1]);
});

test('four of five beyond one sigma signal on one side only', () => {
  expect(signalsOf([-1.1, -1.1, 0, -1.1, -1.1], ['fourOfFiveBeyond1'])).toEqual([4]);
  expect(signalsOf([-1.1, -1.1, 1.1, 0, -1.1, -1.1], ['fourOfFiveBeyond1'])).toEqual([]);
});

test('eight or nine in a row on one side signal, a point on the centre breaks the run', () => {
  const eight = Array<number>(8).fill(0.1);
  expect(signalsOf(eight, ['eightSameSide'])).toEqual([7]);
  expect(signalsOf(eight, ['nineSameSide'])).toEqual([]);
  expect(signalsOf([...eight, 0.1], ['nineSameSide'])).toEqual([8]);
  expect(signalsOf([0.1, 0.1, 0, ...eight], ['eightSameSide'])).toEqual([10]);
});

test('an empty bucket neither extends nor breaks a run', () => {
  const eight = Array<number>(8).fill(0.1);
  expect(signalsOf([...eight, null], ['nineSameSide'])).toEqual([]);
  expect(signalsOf([...eight, null, 0.1], ['nineSameSide'])).toEqual([9]);
});

test('false alarms are as rare as published: one in 370 points, one in 92 with all Western Electric rules', () => {
  expect(meanRunLength(['beyond3'], 4_000) / 370.4).toBeCloseTo(1, 1);
  expect(meanRunLength(westernElectricRules, 8_000) / 91.75).toBeCloseTo(1, 1);
});
