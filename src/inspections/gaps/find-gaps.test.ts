import { expect, test } from 'vitest';
import { contextRows, findSequenceGaps, type SequenceFinding, type SequenceRow } from './find-gaps.ts';

const rowsOf = (...sequences: number[]): SequenceRow[] =>
  sequences.map((sequence, i) => ({ capturedAt: 1_000 * i, sequence }));
const brief = (findings: SequenceFinding[]) =>
  findings.map(
    ({ kind, fromSequence, toSequence, count }) => `${kind} ${fromSequence}-${toSequence} (${count})`,
  );
const briefOf = (...sequences: number[]) => brief(findSequenceGaps(rowsOf(...sequences)));

test('images in order have no gap', () => {
  expect(briefOf(7, 8, 9, 10)).toEqual([]);
  expect(briefOf(5)).toEqual([]);
  expect(briefOf()).toEqual([]);
});

test('lost images are reported with their number and the times around them', () => {
  expect(findSequenceGaps(rowsOf(7, 8, 12, 13))).toEqual([
    { kind: 'missing', fromSequence: 9, toSequence: 11, count: 3, fromAt: 1_000, toAt: 2_000 },
  ]);
});

test('images missing between the previous hour and this one are found', () => {
  const rows = [{ capturedAt: 5_000, sequence: 12 }];
  expect(findSequenceGaps(rows, { before: [{ capturedAt: 100, sequence: 9 }] })).toEqual([
    { kind: 'missing', fromSequence: 10, toSequence: 11, count: 2, fromAt: 100, toAt: 5_000 },
  ]);
});

test('a repeated COUNT is one finding with the number of surplus images', () => {
  expect(briefOf(7, 8, 8, 8, 9)).toEqual(['repeated 8-8 (2)']);
  expect(briefOf(500, 501, 502, 503, 501, 502, 503, 504)).toEqual(['repeated 501-503 (3)']);
});

test('swapped neighbours are not a gap', () => {
  expect(briefOf(5, 7, 6, 8)).toEqual([]);
  expect(briefOf(1, 2, 4, 3, 5)).toEqual([]);
  expect(briefOf(20, 25, 23, 24, 22, 26)).toEqual(['missing 21-21 (1)']);
});

test('neighbours swapped across the hour are not a gap', () => {
  const context = { before: rowsOf(4, 5, 7), after: rowsOf(11) };
  expect(brief(findSequenceGaps(rowsOf(6, 8, 9, 10, 12), context))).toEqual([]);
});

test('a finding in the context is not reported again', () => {
  const context = { before: rowsOf(1, 5, 5), after: rowsOf(9, 9, 20) };
  expect(brief(findSequenceGaps(rowsOf(5, 6, 8), context))).toEqual(['repeated 5-5 (1)', 'missing 7-7 (1)']);
});

test('a drop to a small number is a reset of the counter, not a gap', () => {
  expect(briefOf(4999, 5000, 1, 2, 3)).toEqual(['reset 5000-1 (0)']);
  expect(briefOf(98_000, 700, 701)).toEqual(['reset 98000-700 (0)']);
  expect(briefOf(4999, 5000, 0)).toEqual(['reset 5000-0 (0)']);
  expect(briefOf(30, 31, 35, 1, 2, 5)).toEqual(['missing 32-34 (3)', 'reset 35-1 (0)', 'missing 3-4 (2)']);
});

test('a counter that was reset passes old gaps without filling them', () => {
  const run = Array.from({ length: 300 }, (_, i) => i + 10);
  expect(briefOf(1, 4, ...run.slice(0, 2), ...run.slice(2), 1, 2, 3, 4, 5)).toEqual([
    'missing 2-3 (2)',
    'missing 5-9 (5)',
    'reset 309-1 (0)',
  ]);
});

test('a stray small number is not a reset', () => {
  expect(briefOf(4999, 5000, 3, 5001, 5002)).toEqual(['repeated 3-3 (1)']);
  expect(briefOf(11, 12, 9, 13)).toEqual(['repeated 9-9 (1)']);
});

test('a drop to a large number repeats values and is not a reset', () => {
  expect(briefOf(1000, 1001, 500, 501, 502, 1002)).toEqual(['repeated 500-502 (3)']);
});

/** Answers true with the given chance, the same way for the same seed. */
function createChance(seed: number): (share: number) => boolean {
  let state = seed;
  return (share) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296 < share;
  };
}

test('random losses, repetitions, swaps and resets are found exactly', () => {
  const chance = createChance(3);
  for (let round = 0; round < 300; round++) {
    const { sequences, missing, repeated, resets } = spoiledRun(chance);
    const findings = findSequenceGaps(rowsOf(...sequences));
    const found = { missing: [] as string[], repeated: 0, resets: [] as string[] };
    let run = 0;
    for (const { kind, fromSequence, toSequence, count } of findings) {
      if (kind === 'reset') found.resets.push(`${fromSequence}-${toSequence}`);
      if (kind === 'reset') run++;
      if (kind === 'repeated') found.repeated += count;
      if (kind === 'missing')
        for (let value = fromSequence; value <= toSequence; value++) found.missing.push(`${run}:${value}`);
    }
    found.missing.sort();
    expect(found, `round ${round}: ${sequences.join(' ')}`).toEqual({
      missing: missing.sort(),
      repeated,
      resets,
    });
  }
});

test('checked hour by hour with context, the findings are those of the whole', () => {
  const chance = createChance(5);
  for (let round = 0; round < 20; round++) {
    const rows = rowsOf(...spoiledRun(chance).sequences);
    const byHour: SequenceFinding[] = [];
    for (let from = 0; from < rows.length; ) {
      const to = from + (chance(0.5) ? 37 : 190);
      const before = rows.slice(Math.max(0, from - contextRows), from);
      byHour.push(
        ...findSequenceGaps(rows.slice(from, to), {
          before,
          after: rows.slice(to, to + contextRows),
        }),
      );
      from = to;
    }
    const ofKind = (findings: SequenceFinding[], kind: string) =>
      brief(findings.filter((finding) => finding.kind === kind));
    const whole = findSequenceGaps(rows);
    expect(ofKind(byHour, 'missing')).toEqual(ofKind(whole, 'missing'));
    expect(ofKind(byHour, 'reset')).toEqual(ofKind(whole, 'reset'));
    const repeats = (findings: SequenceFinding[]) =>
      findings.reduce((sum, { kind, count }) => sum + (kind === 'repeated' ? count : 0), 0);
    expect(repeats(byHour)).toBe(repeats(whole));
  }
});

/** Counters of three runs with known losses: `missing` holds run and value. */
function spoiledRun(chance: (share: number) => boolean) {
  const sequences: number[] = [];
  const missing: string[] = [];
  const resets: string[] = [];
  let repeated = 0;
  for (let run = 0; run < 3; run++) {
    const last = 1_200;
    const highestBefore = sequences.at(-1);
    if (highestBefore !== undefined) resets.push(`${highestBefore}-1`);
    for (let value = 1; value <= last; value++) {
      const isInner = value > 30 && value < last - 5;
      if (isInner && chance(0.02)) missing.push(`${run}:${value}`);
      else if (isInner && chance(0.03)) {
        sequences.push(value + 1, value);
        value++;
      } else {
        sequences.push(value);
        while (isInner && chance(0.02)) {
          sequences.push(value);
          repeated++;
        }
      }
    }
  }
  return { sequences, missing, repeated, resets };
}
