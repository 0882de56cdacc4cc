import { expect, test } from 'vitest';
import {
  isProblem,
  isStale,
  judgePlant,
  judgeStation,
  noFacts,
  type StationFacts,
  type StationState,
  type StationStateCode,
  stateRank,
  stateTone,
  stationStateCodes,
} from './station-state.ts';

const sinceAt = Date.UTC(2026, 10, 21, 5, 0, 0);

/** One example of each fact, in the order of the decision. */
const examples = {
  sourceOffline: { sinceAt },
  clockWrong: { aheadMs: 9 * 3_600_000 },
  stopped: { sinceAt, reason: null },
  silent: { sinceAt, usualIntervalMs: 3_000 },
  imagesUnusable: { sinceAt },
  ngBurst: { sinceAt },
  belowTarget: { sinceAt, target: 0.9 },
  usualYield: { sinceAt, usual: 0.978 },
  drift: { sinceAt },
} satisfies Partial<StationFacts>;
const factNames = Object.keys(examples) as (keyof typeof examples)[];

/** Every combination of the facts: 2¹² of them. */
function* combinations(): Generator<StationFacts> {
  for (let bits = 0; bits < 2 ** (factNames.length + 3); bits += 1) {
    const is = (index: number) => (bits & (1 << index)) !== 0;
    const some = factNames.filter((_, index) => is(index)).map((name) => [name, examples[name]]);
    yield {
      ...noFacts,
      ...Object.fromEntries(some),
      isJudged: is(factNames.length),
      isRunning: is(factNames.length + 1),
      hasHistory: is(factNames.length + 2),
    };
  }
}

/** What a person would say who reads the decision line by line. */
function expectedCode(facts: StationFacts): StationStateCode | null {
  if (facts.sourceOffline) return 'sourceOffline';
  if (facts.clockWrong) return 'clockWrong';
  if (facts.stopped) return 'stopped';
  if (facts.silent && facts.isJudged) return 'silent';
  if (facts.imagesUnusable) return 'imagesUnusable';
  if (facts.ngBurst) return 'ngBurst';
  if (facts.belowTarget) return 'belowTarget';
  if (facts.usualYield) return 'usualYield';
  if (facts.drift) return 'drift';
  if (!facts.isJudged) return null;
  if (!facts.isRunning) return 'notScheduled';
  return facts.hasHistory ? 'running' : 'notEnoughHistory';
}

test('of every combination of facts the state is the first in the order of the decision', () => {
  const seen = new Set<StationStateCode | null>();
  for (const facts of combinations()) {
    const { state } = judgeStation(facts);
    expect(state?.code ?? null, JSON.stringify(facts)).toBe(expectedCode(facts));
    seen.add(state?.code ?? null);
  }
  expect([...seen].toSorted()).toEqual([...stationStateCodes, null].toSorted());
});

test('whatever else is true, a folder that is gone is never hidden, least of all by a stop', () => {
  for (const facts of combinations())
    expect(judgeStation(facts).state?.code === 'sourceOffline').toBe(facts.sourceOffline !== null);
});

test('a station is green only when it was judged, runs and nothing is wrong', () => {
  for (const facts of combinations()) {
    const { state, also } = judgeStation(facts);
    const isClear = factNames.every((name) => facts[name] === null);
    expect(stateTone(state) === 'ok').toBe(facts.isJudged && facts.isRunning && facts.hasHistory && isClear);
    if (stateTone(state) === 'ok') expect(also).toEqual([]);
  }
});

test('before the first sweep a missing image makes no station silent, running or at rest', () => {
  for (const facts of combinations()) {
    if (facts.isJudged) continue;
    const { state, also } = judgeStation(facts);
    for (const { code } of [...(state ? [state] : []), ...also])
      expect(['silent', 'running', 'notScheduled', 'notEnoughHistory']).not.toContain(code);
  }
});

test('everything else that is wrong stays known, but for a silence that only follows', () => {
  for (const facts of combinations()) {
    const { state, also } = judgeStation(facts);
    const wrong = factNames.filter((name) => facts[name] !== null && (name !== 'silent' || facts.isJudged));
    const isExplained = state?.code === 'sourceOffline' || state?.code === 'stopped';
    const left = wrong.filter((code) => code !== state?.code && !(code === 'silent' && isExplained));
    expect(also.map(({ code }) => code)).toEqual(left);
  }
});

test('a state carries what its sentence needs', () => {
  expect(judgeStation({ ...noFacts, silent: examples.silent }).state).toEqual({
    code: 'silent',
    sinceAt,
    usualIntervalMs: 3_000,
  });
  expect(judgeStation({ ...noFacts, lastSeenAt: 7 }).state).toEqual({ code: 'notScheduled', lastSeenAt: 7 });
});

test('problems sort before what is fine, in the order of the decision', () => {
  const states = stationStateCodes.map((code) => ({ code }) as StationState);
  expect(states.toSorted((a, b) => stateRank(a) - stateRank(b))).toEqual(states);
  const calm = states.filter((state) => !isProblem(state)).map(({ code }) => code);
  expect(calm).toEqual(['notEnoughHistory', 'running', 'notScheduled']);
  expect(stateRank(null)).toBeLessThan(stateRank({ code: 'running' }));
  expect(isProblem(null)).toBe(false);
});

test('numbers of a station whose images do not arrive are old', () => {
  const stale = stationStateCodes.filter((code) => isStale({ code } as StationState));
  expect(stale).toEqual(['sourceOffline', 'stopped', 'silent', 'notScheduled']);
  expect(isStale(null)).toBe(false);
});

const running: StationState = { code: 'running' };
const resting: StationState = { code: 'notScheduled', lastSeenAt: null };
const online = [{ state: 'online' as const }];

test('nothing is said to be right before every station and folder was judged', () => {
  expect(judgePlant([running, running, resting], online)).toEqual({ kind: 'allRight' });
  const because = (
    states: (StationState | null)[],
    sources = online as { state: 'online' | 'offline' | 'starting' }[],
  ) => judgePlant(states, sources);
  expect(because([])).toEqual({ kind: 'unjudged', why: 'noStation' });
  expect(because([running, null])).toEqual({ kind: 'unjudged', why: 'starting' });
  expect(because([running], [...online, { state: 'starting' }])).toEqual({
    kind: 'unjudged',
    why: 'starting',
  });
  expect(because([running], [...online, { state: 'offline' }])).toEqual({
    kind: 'unjudged',
    why: 'sourceOffline',
  });
  expect(because([], [{ state: 'offline' }])).toEqual({ kind: 'unjudged', why: 'sourceOffline' });
  expect(because([running, { code: 'notEnoughHistory' }])).toEqual({ kind: 'unjudged', why: 'noHistory' });
  expect(because([resting])).toEqual({ kind: 'unjudged', why: 'notScheduled' });
});

test('what is wrong is counted, judged or not', () => {
  const silent: StationState = { code: 'silent', sinceAt, usualIntervalMs: null };
  expect(judgePlant([running, silent, null], [{ state: 'offline' }])).toEqual({ kind: 'wrong', count: 1 });
});
