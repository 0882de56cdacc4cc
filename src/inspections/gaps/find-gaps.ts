import type { SequenceGap } from '../model.ts';

/** One image with a COUNT, of one station and part. */
export type SequenceRow = { capturedAt: number; sequence: number };

/** What is wrong with the COUNTs of one station and part; the caller knows which ones. */
export type SequenceFinding = Omit<SequenceGap, 'station' | 'part'>;

/** Images before and after the rows in question that help to judge those at the borders; their own faults are not told. */
export type SequenceContext = { before?: readonly SequenceRow[]; after?: readonly SequenceRow[] };

/** A value that comes at most this many images late fills its gap: parallel writers and equal seconds swap neighbours. */
export const contextRows = 16;

/** Gaps that may still be filled; the oldest are settled first. */
const maxOpenGaps = 1_000;

/** A drop to this value, or below this share of the highest value before, is a counter that began anew. */
const smallSequence = 10;
const smallShare = 0.01;

/**
 * Missing and repeated COUNTs and counter resets in the images of one station and part, `rows` in capture order.
 *
 * - `missing`: values between two neighbours that no image carries. A value that comes late fills its gap: at once when
 *   it comes within `contextRows` images, and later too unless it is small, which is a reset then.
 * - `repeated`: values at or below the highest so far that fill no gap; `count` is how many images are too many.
 *   A stretch that is written again is one finding.
 * - `reset`: a drop to a small value (at most 10, or below 1 % of the highest before) from which the counter goes on;
 *   no gap. `fromSequence` is the highest value before, `toSequence` the first after, `count` 0. When the next image is
 *   back near the old values, the small value was a stray and is `repeated`.
 *
 * Findings come in capture order of the image that showed them.
 */
export function findSequenceGaps(
  rows: readonly SequenceRow[],
  { before = [], after = [] }: SequenceContext = {},
): SequenceFinding[] {
  const all = [...before, ...rows, ...after];
  const endOfRows = before.length + rows.length;
  const watch: Watch = { told: [], open: [], highest: undefined, previous: undefined, repeat: undefined };
  for (const [i, row] of all.entries()) {
    if (i === before.length || i === endOfRows) watch.repeat = undefined;
    takeRow(watch, row, all[i + 1], i);
  }
  settle(watch, watch.open);
  return watch.told
    .filter(({ row }) => row >= before.length && row < endOfRows)
    .sort((a, b) => a.row - b.row)
    .map(({ finding }) => finding);
}

/** A finding and the row that showed it. */
type Told = { row: number; finding: SequenceFinding };

type OpenGap = { from: number; to: number; fromAt: number; toAt: number; row: number };

type Watch = {
  told: Told[];
  open: OpenGap[];
  highest: SequenceRow | undefined;
  previous: SequenceRow | undefined;
  /** The repetition that the next repeated value may belong to. */
  repeat: (Told & { lastRow: number }) | undefined;
};

function takeRow(watch: Watch, row: SequenceRow, next: SequenceRow | undefined, index: number): void {
  const { highest, previous } = watch;
  watch.previous = row;
  if (highest === undefined || previous === undefined) {
    watch.highest = row;
    return;
  }
  if (row.sequence > highest.sequence) {
    if (row.sequence > highest.sequence + 1) openGap(watch, highest, row, index);
    watch.highest = row;
    return;
  }
  const gapAt = watch.open.findLastIndex(({ from, to }) => from <= row.sequence && row.sequence <= to);
  const isReset = isSmall(row.sequence, highest.sequence) && goesOnFrom(row.sequence, next, highest.sequence);
  const isSoon = gapAt >= 0 && index - watch.open[gapAt]!.row <= contextRows;
  if (gapAt >= 0 && (isSoon || !isReset)) fillGap(watch, gapAt, row.sequence);
  else if (isReset) tellReset(watch, highest.sequence, previous, row, index);
  else tellRepeat(watch, previous, row, index);
}

function isSmall(sequence: number, highest: number): boolean {
  return sequence < highest && (sequence <= smallSequence || sequence < highest * smallShare);
}

/** Whether the image after a drop counts on from there rather than from the old values; without one it is believed to. */
function goesOnFrom(sequence: number, next: SequenceRow | undefined, highest: number): boolean {
  if (next === undefined) return true;
  return next.sequence <= highest && Math.abs(next.sequence - sequence) <= highest - next.sequence;
}

function openGap(watch: Watch, below: SequenceRow, above: SequenceRow, index: number): void {
  const values = { from: below.sequence + 1, to: above.sequence - 1 };
  watch.open.push({ ...values, fromAt: below.capturedAt, toAt: above.capturedAt, row: index });
  if (watch.open.length > maxOpenGaps) settle(watch, watch.open.splice(0, 1));
}

/** Takes a late value out of its gap, which may leave one on either side. */
function fillGap(watch: Watch, gapAt: number, value: number): void {
  const gap = watch.open[gapAt]!;
  const rest = [
    { ...gap, to: value - 1 },
    { ...gap, from: value + 1 },
  ].filter(({ from, to }) => from <= to);
  watch.open.splice(gapAt, 1, ...rest);
}

/** Gaps that nothing can fill any more are missing values. */
function settle(watch: Watch, gaps: readonly OpenGap[]): void {
  for (const { from, to, fromAt, toAt, row } of gaps) {
    const values = { fromSequence: from, toSequence: to, count: to - from + 1 };
    watch.told.push({ row, finding: { kind: 'missing', ...values, fromAt, toAt } });
  }
}

function tellReset(
  watch: Watch,
  highest: number,
  previous: SequenceRow,
  row: SequenceRow,
  index: number,
): void {
  settle(watch, watch.open);
  const values = { fromSequence: highest, toSequence: row.sequence, count: 0 };
  const span = { fromAt: previous.capturedAt, toAt: row.capturedAt };
  watch.told.push({ row: index, finding: { kind: 'reset', ...values, ...span } });
  watch.open = [];
  watch.highest = row;
  watch.repeat = undefined;
}

function tellRepeat(watch: Watch, previous: SequenceRow, row: SequenceRow, index: number): void {
  const { repeat } = watch;
  const step = repeat === undefined ? -1 : row.sequence - repeat.finding.toSequence;
  if (repeat !== undefined && (step === 0 || step === 1) && index - repeat.lastRow <= contextRows) {
    repeat.finding.toSequence = row.sequence;
    repeat.finding.count++;
    repeat.finding.toAt = row.capturedAt;
    repeat.lastRow = index;
    return;
  }
  const values = { fromSequence: row.sequence, toSequence: row.sequence, count: 1 };
  const span = { fromAt: previous.capturedAt, toAt: row.capturedAt };
  watch.repeat = { row: index, lastRow: index, finding: { kind: 'repeated', ...values, ...span } };
  watch.told.push(watch.repeat);
}
