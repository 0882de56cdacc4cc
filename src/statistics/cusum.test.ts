import { expect, test } from 'vitest';
import { bernoulliCusum, nextCusum } from './cusum.ts';

/**
 * Mean number of inspections until the sum reaches `limit` from zero when each is NG with chance `p`: the states of the
 * test are whole multiples of 1/m, so the mean is the solution of a finite linear system, found by sweeping.
 */
function meanInspectionsToSignal(m: number, limit: number, p: number): number {
  const stepOf = (sum: number) => Math.round(sum * m);
  const states = stepOf(limit);
  const next = Array.from({ length: states }, (_, state) => [
    stepOf(nextCusum(state / m, 0, 1, m)),
    stepOf(nextCusum(state / m, 1, 1, m)),
  ]);
  // From the top down, each mean is a + b × (mean of the state below); the sum only falls by one step or jumps up.
  const a = new Array<number>(states).fill(0);
  const b = new Array<number>(states).fill(0);
  const meanOf = (state: number, below: number): [number, number] => {
    let [sum, weight] = [0, 1];
    for (let at = state; at > below; at--) [sum, weight] = [sum + weight * a[at]!, weight * b[at]!];
    return [sum, weight];
  };
  for (let state = states - 1; state >= 0; state--) {
    const [fall, rise] = next[state]!;
    const [sum, weight] = rise! >= states ? [0, 0] : meanOf(rise!, state);
    const own = 1 - p * weight;
    a[state] = (1 + p * sum) / own;
    b[state] = (1 - p) / own;
    if (fall !== Math.max(0, state - 1)) throw new Error('The sum falls by one step at a time.');
  }
  return a[0]! / (1 - b[0]!);
}

test('one NG offsets 69 inspections when 1 % is usual and 2 % is bad', () => {
  expect(bernoulliCusum(0.01, 0.02).m).toBe(69);
});

test('false alarms and detection take the published numbers of inspections', () => {
  expect(meanInspectionsToSignal(69, 3, 0.01)).toBeCloseTo(2300.7, 1);
  expect(meanInspectionsToSignal(69, 3, 0.02)).toBeCloseTo(373.4, 1);
});
