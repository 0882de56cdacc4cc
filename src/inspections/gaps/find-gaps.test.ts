import { describe, expect, test } from 'vitest';
import { createRandom } from '../../simulator/random.ts';
import type { SequenceRow } from './counter.ts';
import { contextRows, findSequenceGaps, type SequenceFinding } from './find-gaps.ts';

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
  const [before, rows, after] = [
    [1, 5, 5],
    [5, 6, 8],
    [9, 9, 20],
  ].map((sequences, part) =>
    sequences.map((sequence, i) => ({ capturedAt: 1_000 * (3 * part + i), sequence })),
  );
  expect(brief(findSequenceGaps(rows!, { before, after }))).toEqual(['repeated 5-5 (1)', 'missing 7-7 (1)']);
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

test('a stray number is a misread COUNT, not a reset and not a loss', () => {
  expect(briefOf(4999, 5000, 3, 5001, 5002)).toEqual(['misread 3-3 (1)']);
  expect(briefOf(11, 12, 9, 13)).toEqual(['misread 9-9 (1)']);
  expect(briefOf(500, 501, 9502, 503, 504)).toEqual(['misread 9502-9502 (1)']);
  const early = Array.from({ length: 20 }, (_, i) => 503 + i);
  expect(briefOf(500, 501, 512, ...early)).toEqual(['misread 512-512 (1)']);
});

test('a stretch written again is repeated, one never seen before is not', () => {
  const run = Array.from({ length: 500 }, (_, i) => 1_000 + i);
  expect(briefOf(...run, ...run.slice(100, 160), 1_500, 1_501)).toEqual(['repeated 1100-1159 (60)']);
  expect(briefOf(1000, 1001, 500, 501, 502, 1002)).toEqual([]);
});

test('a counter that is set to any value is a reset, not a loss', () => {
  const before = Array.from({ length: 150 }, (_, i) => 5_000 + i);
  const after = (from: number) => Array.from({ length: 150 }, (_, i) => from + i);
  expect(briefOf(...before, ...after(9_000))).toEqual(['reset 5149-9000 (0)']);
  expect(briefOf(...before, ...after(4_321))).toEqual(['reset 5149-4321 (0)']);
});

test('images lost in an outage are missing, however many', () => {
  const counter = Array.from({ length: 1_500 }, (_, i) => ({ capturedAt: 1_000 * i, sequence: 500 + i }));
  const kept = counter.filter((_, i) => i <= 500 || i >= 1_100);
  expect(brief(findSequenceGaps(kept))).toEqual(['missing 1001-1599 (599)']);
});

test('images lost on either side of a roll-over are missing', () => {
  const rows = [9_988, 9_989, 9_990, 5, 6, 7].map((sequence, i) => ({ capturedAt: 1_000 * i, sequence }));
  expect(brief(findSequenceGaps(rows))).toEqual([
    'missing 9991-9999 (9)',
    'reset 9990-5 (0)',
    'missing 1-4 (4)',
  ]);
});

test.each([1, 3, 10, 30, 100])('two counters alternating every %i images lose nothing', (turn) => {
  const sequences: number[] = [];
  for (let count = 0; count < 900; count += turn) {
    for (let i = 0; i < turn; i++) sequences.push(1_000 + count + i);
    for (let i = 0; i < turn; i++) sequences.push(50_000 + count + i);
  }
  expect(briefOf(...sequences)).toEqual([]);
});

const lastValues = [255, 999, 9_999, 65_535, 999_999];

describe.each(lastValues)('a counter to %i', (top) => {
  test.each([1, 2, 5, 10, 20])('at %i images a second rolls over without a loss', (perSecond) => {
    const { rows, rollOvers } = simulate({ top, perSecond, losses: 0, misreads: 0 });
    expect(sumOf(findSequenceGaps(rows))).toEqual({ missing: 0, repeated: 0, misread: 0, reset: rollOvers });
  });

  test.each([1, 2, 5, 10, 20])(
    'at %i images a second shows exactly the images that are lost',
    (perSecond) => {
      const { rows, rollOvers, lost } = simulate({ top, perSecond, losses: 0.005, misreads: 0 });
      expect(sumOf(findSequenceGaps(rows))).toEqual({
        missing: lost,
        repeated: 0,
        misread: 0,
        reset: rollOvers,
      });
    },
  );

  test.each([1, 5, 20])('at %i images a second with misread COUNTs shows hardly a loss more', (perSecond) => {
    const { rows, lost, misread } = simulate({ top, perSecond, losses: 0.002, misreads: 0.002 });
    const found = sumOf(findSequenceGaps(rows));
    // A wrong value that is right beside the true one may be taken for a neighbour.
    const confusing = Math.ceil((misread * 2 * 16) / top) + 1;
    expect(found.missing).toBeGreaterThanOrEqual(lost);
    expect(found.missing).toBeLessThanOrEqual(lost + confusing);
  });
});

function sumOf(findings: SequenceFinding[]) {
  const sums = { missing: 0, repeated: 0, misread: 0, reset: 0 };
  for (const { kind, count } of findings) sums[kind] += kind === 'reset' ? 1 : count;
  return sums;
}

/** A counter from 0 or 1 to `top`, with names that tell whole seconds; `losses` and `misreads` are shares of the images. */
function simulate({
  top,
  perSecond,
  losses,
  misreads,
}: {
  top: number;
  perSecond: number;
  losses: number;
  misreads: number;
}) {
  const random = createRandom(`${top}:${perSecond}:${losses}:${misreads}`);
  const count = 4_000;
  const rows: SequenceRow[] = [];
  const sums = { rollOvers: 0, lost: 0, misread: 0 };
  let value = Math.max(0, top - (top > 4_000 ? 2_000 : 100));
  let at = 1_700_000_000_000;
  let toLose = 0;
  for (let i = 0; i < count; i++) {
    const isInner = i > 40 && i < count - 40;
    if (isInner && toLose === 0 && random.chance(losses)) toLose = random.integer(1, 10);
    const isLost = toLose > 0;
    if (isLost) toLose--;
    // Whether a counter begins with 0 or with 1 cannot be told, so that a lost 0 is not missed.
    if (isLost && value > 0) sums.lost++;
    const isMisread = !isLost && isInner && random.chance(misreads);
    if (isMisread) sums.misread++;
    if (!isLost) {
      const sequence = isMisread ? random.integer(0, top) : value;
      rows.push({ capturedAt: Math.floor(at / 1_000) * 1_000, sequence });
    }
    if (value === top) sums.rollOvers++;
    value = value === top ? 0 : value + 1;
    at += (1_000 / perSecond) * random.between(0.8, 1.2);
  }
  rows.sort((a, b) => a.capturedAt - b.capturedAt || a.sequence - b.sequence);
  return { rows, ...sums };
}

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
    const told = (findings: SequenceFinding[], kind: string) =>
      brief(findings.filter((finding) => finding.kind === kind));
    const whole = findSequenceGaps(rows);
    expect(told(byHour, 'missing')).toEqual(told(whole, 'missing'));
    expect(told(byHour, 'reset')).toEqual(told(whole, 'reset'));
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
