import type { SequenceGap } from '../model.ts';

/** One image with a COUNT, of one station and part. */
export type SequenceRow = { capturedAt: number; sequence: number };

/** A gap, repetition or reset in the COUNTs of one station and part; the caller knows which. */
export type SequenceFinding = Omit<SequenceGap, 'station' | 'part'>;

/** Images before and after the rows, needed to judge those at the edges; findings in the context are not reported. */
export type SequenceContext = { before?: readonly SequenceRow[]; after?: readonly SequenceRow[] };

/** A value that arrives at most this many images late fills its gap: parallel writers and equal seconds swap neighbours. */
export const contextRows = 16;

/** Most gaps kept open for late values; beyond it the oldest is settled. */
const maxOpenGaps = 1_000;

/** A drop to at most this value, or below this share of the highest value before, may be a counter reset. */
const smallSequence = 10;
const smallShare = 0.01;

/**
 * Missing and repeated COUNTs and counter resets in the images of one station and part, `rows` in capture order.
 *
 * - `missing`: values between two neighbours that no image has. A late value fills its gap: within `contextRows` images
 *   in every case, later only when it is not small; a small one is a reset then.
 * - `repeated`: values at or below the highest so far that fill no gap; `count` is the number of surplus images.
 *   Consecutive repeated values are one finding.
 * - `reset`: a drop to a small value (at most 10, or below 1 % of the highest before) from which the counter continues;
 *   not a gap. `fromSequence` is the highest value before, `toSequence` the first after, `count` 0. When the next image
 *   is back near the old values, the small value was a stray and is `repeated`.
 *
 * Findings are in capture order of the image that revealed them.
 */
export function findSequenceGaps(
  rows: readonly SequenceRow[],
  { before = [], after = [] }: SequenceContext = {},
): SequenceFinding[] {
  const all = [...before, ...rows, ...after];
  const endOfRows = before.length + rows.length;
  const watch: Watch = { found: [], open: [], highest: undefined, previous: undefined, repeat: undefined };
  for (const [i, row] of all.entries()) {
    if (i === before.length || i === endOfRows) watch.repeat = undefined;
    takeRow(watch, row, all[i + 1], i);
  }
  settle(watch, watch.open);
  return watch.found
    .filter(({ row }) => row >= before.length && row < endOfRows)
    .sort((a, b) => a.row - b.row)
    .map(({ finding }) => finding);
}

/** A finding and the index of the row that revealed it. */
type Found = { row: number; finding: SequenceFinding };

type OpenGap = { from: number; to: number; fromAt: number; toAt: number; row: number };

type Watch = {
  found: Found[];
  open: OpenGap[];
  highest: SequenceRow | undefined;
  previous: SequenceRow | undefined;
  /** The repetition that the next repeated value may extend. */
  repeat: (Found & { lastRow: number }) | undefined;
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
  const isReset =
    isSmall(row.sequence, highest.sequence) && continuesFrom(row.sequence, next, highest.sequence);
  const isSoon = gapAt >= 0 && index - watch.open[gapAt]!.row <= contextRows;
  if (gapAt >= 0 && (isSoon || !isReset)) fillGap(watch, gapAt, row.sequence);
  else if (isReset) recordReset(watch, highest.sequence, previous, row, index);
  else recordRepeat(watch, previous, row, index);
}

function isSmall(sequence: number, highest: number): boolean {
  return sequence < highest && (sequence <= smallSequence || sequence < highest * smallShare);
}

/** Whether the image after a drop continues from there and not from the old values; true without a next image. */
function continuesFrom(sequence: number, next: SequenceRow | undefined, highest: number): boolean {
  if (next === undefined) return true;
  return next.sequence <= highest && Math.abs(next.sequence - sequence) <= highest - next.sequence;
}

function openGap(watch: Watch, below: SequenceRow, above: SequenceRow, index: number): void {
  watch.open.push({
    from: below.sequence + 1,
    to: above.sequence - 1,
    fromAt: below.capturedAt,
    toAt: above.capturedAt,
    row: index,
  });
  if (watch.open.length > maxOpenGaps) settle(watch, watch.open.splice(0, 1));
}

/** Removes a late value from its gap, which may leave a smaller gap on either side. */
function fillGap(watch: Watch, gapAt: number, value: number): void {
  const gap = watch.open[gapAt]!;
  const rest = [
    { ...gap, to: value - 1 },
    { ...gap, from: value + 1 },
  ].filter(({ from, to }) => from <= to);
  watch.open.splice(gapAt, 1, ...rest);
}

/** Gaps that no later value can fill are missing values. */
function settle(watch: Watch, gaps: readonly OpenGap[]): void {
  for (const { from, to, fromAt, toAt, row } of gaps) {
    watch.found.push({
      row,
      finding: {
        kind: 'missing',
        fromSequence: from,
        toSequence: to,
        count: to - from + 1,
        fromAt,
        toAt,
      },
    });
  }
}

function recordReset(
  watch: Watch,
  highest: number,
  previous: SequenceRow,
  row: SequenceRow,
  index: number,
): void {
  settle(watch, watch.open);
  watch.found.push({
    row: index,
    finding: {
      kind: 'reset',
      fromSequence: highest,
      toSequence: row.sequence,
      count: 0,
      fromAt: previous.capturedAt,
      toAt: row.capturedAt,
    },
  });
  watch.open = [];
  watch.highest = row;
  watch.repeat = undefined;
}

function recordRepeat(watch: Watch, previous: SequenceRow, row: SequenceRow, index: number): void {
  const { repeat } = watch;
  const step = repeat === undefined ? -1 : row.sequence - repeat.finding.toSequence;
  if (repeat !== undefined && (step === 0 || step === 1) && index - repeat.lastRow <= contextRows) {
    repeat.finding.toSequence = row.sequence;
    repeat.finding.count++;
    repeat.finding.toAt = row.capturedAt;
    repeat.lastRow = index;
    return;
  }
  watch.repeat = {
    row: index,
    lastRow: index,
    finding: {
      kind: 'repeated',
      fromSequence: row.sequence,
      toSequence: row.sequence,
      count: 1,
      fromAt: previous.capturedAt,
      toAt: row.capturedAt,
    },
  };
  watch.found.push(watch.repeat);
}
