import { expect, test } from 'vitest';
import { createHistory } from './sample-history.ts';

function historyOf(values: (number | null)[], maxSamples = 100) {
  const history = createHistory<'lag'>({ maxSamples });
  for (const [i, lag] of values.entries()) history.add({ at: i, values: { lag } });
  return history;
}

test('only the last samples are kept', () => {
  const history = historyOf([1, 2, 3, 4], 3);
  expect([history.startAt, history.latest?.at, history.course('lag', 10)]).toEqual([1, 3, [2, 3, 4]]);
});

test('a long course is drawn in few points, and no spike is lost in it', () => {
  const history = historyOf([1, 90, 2, 3, null, null, 4]);
  expect(history.course('lag', 4)).toEqual([90, 3, null, 4]);
  expect(history.course('lag', 4, 'below')).toEqual([1, 2, null, 4]);
});

test('without a sample there is no course', () => {
  expect([historyOf([]).course('lag', 4), historyOf([]).latest]).toEqual([[], undefined]);
});
