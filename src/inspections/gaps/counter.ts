/*
 * One counter that numbers images: its highest value, the values that are still missing, and how well a further image
 * fits. A folder may hold images of several counters, and a counter may be set to any value.
 */

/** One image with a COUNT, of one station and part. */
export type SequenceRow = { capturedAt: number; sequence: number };

/** Values that no image carries yet. `index` is the image that showed the gap; the times are those of its neighbours. */
export type OpenGap = { from: number; to: number; fromAt: number; toAt: number; index: number };

/**
 * `unproven`: too few images to tell a counter of its own from COUNTs that were read wrong. `stopped`: another counter
 * took its place; it runs again when exactly its next values come.
 */
type CounterState = 'running' | 'unproven' | 'stopped';

export type Counter = {
  state: CounterState;
  first: SequenceRow;
  firstIndex: number;
  last: SequenceRow;
  lastIndex: number;
  lowest: number;
  highest: number;
  /** Its images as long as they may have to be judged one by one, at most `maxMembers`. */
  members: { row: SequenceRow; index: number }[];
  count: number;
  gaps: OpenGap[];
  /** Capture times of its last images. */
  times: number[];
  /** Its first value was above the running counter's highest. */
  startedAhead: boolean;
  /** What it was taken to have replaced. */
  replaced: Counter | undefined;
};

/** A value this far from where the counter stands may be a neighbour that came early, late or twice. */
export const nearValues = 16;
/** A value that comes this many images after its gap opened fills it. */
const fillWithinImages = 64;
/** Images from which the rate of a counter is known. */
const rateImages = 32;
const minRateImages = 4;
/** Before its rate is known a counter may have lost this many images at once. */
const lossWithoutRate = 100;
/** An unproven counter belongs together only where it leaves out fewer values than this; a stopped one likewise. */
const unprovenLoss = 4;
const stoppedLoss = 2;
const maxMembers = 4_096;
/** The last values of counters of 8, 12 and 16 bits and of three to six digits. */
const lastValues = [255, 999, 4_095, 9_999, 65_535, 99_999, 999_999];

export function startCounter(row: SequenceRow, index: number, running: Counter | undefined): Counter {
  return {
    state: running === undefined ? 'running' : 'unproven',
    first: row,
    firstIndex: index,
    last: row,
    lastIndex: index,
    lowest: row.sequence,
    highest: row.sequence,
    members: [{ row, index }],
    count: 1,
    gaps: [],
    times: [row.capturedAt],
    startedAhead: running !== undefined && row.sequence > running.highest,
    replaced: undefined,
  };
}

/** Notes that an image belongs to the counter; what it does to highest value and gaps is the caller's. */
export function addImage(counter: Counter, row: SequenceRow, index: number): void {
  counter.count++;
  counter.last = row;
  counter.lastIndex = index;
  counter.lowest = Math.min(counter.lowest, row.sequence);
  counter.times.push(row.capturedAt);
  if (counter.times.length > rateImages) counter.times.shift();
  if (counter.members.length < maxMembers && counter.members.length === counter.count - 1) {
    counter.members.push({ row, index });
  }
}

/**
 * How an image fits a counter: `next` goes on above its highest value, `fill` fills a gap, `wrap` starts again after the
 * counter's last value, `repeat` carries a value again. A lower cost fits better.
 */
export type Fit = { counter: Counter; how: 'next' | 'fill' | 'wrap' | 'repeat'; cost: number };

/** The fit of an image, undefined where it cannot belong to the counter. */
export function fitOf(counter: Counter, row: SequenceRow, index: number): Fit | undefined {
  const value = row.sequence;
  const ahead = value - counter.highest;
  if (ahead >= 1 && ahead - 1 <= plausibleLoss(counter, row)) {
    // A running counter's own gap explains an image before a counter that nothing else speaks for.
    return { counter, how: 'next', cost: ahead - 1 + (counter.state === 'unproven' ? nearValues : 0) };
  }
  if (counter.state === 'stopped') return undefined;
  const fills = (gap: OpenGap) => isWithin(gap, value) && index - gap.index <= fillWithinImages;
  if (counter.gaps.some(fills)) return { counter, how: 'fill', cost: 0.5 };
  const top = lastValueNear(counter.highest);
  if (top !== undefined && value <= nearValues && value < counter.highest - 2 * nearValues) {
    return { counter, how: 'wrap', cost: top - counter.highest + Math.max(0, value - 1) };
  }
  if (ahead <= 0 && ahead >= -nearValues && value >= counter.lowest) {
    return { counter, how: 'repeat', cost: 1 - ahead };
  }
  return undefined;
}

/** The last value of the counter that stands just below it; undefined for any other. */
export function lastValueNear(highest: number): number | undefined {
  return lastValues.find((top) => highest <= top && top - highest <= nearValues);
}

/**
 * How many images the counter can have lost before this one: three times what it takes in that time, and a few. A larger
 * jump is a counter that was set, not a loss.
 */
function plausibleLoss(counter: Counter, row: SequenceRow): number {
  if (counter.state === 'stopped') return stoppedLoss;
  if (counter.state === 'unproven') return unprovenLoss;
  const { times } = counter;
  if (times.length < minRateImages) return lossWithoutRate;
  // Times are whole seconds: each may be one second later.
  const imagesPerMs = (times.length - 1) / (times.at(-1)! - times[0]! + 1_000);
  const elapsedMs = Math.max(0, row.capturedAt - counter.last.capturedAt) + 1_000;
  return nearValues + 3 * imagesPerMs * elapsedMs;
}

export function isWithin({ from, to }: { from: number; to: number }, value: number): boolean {
  return from <= value && value <= to;
}

/** Whether the counter has had an image with this value, as far as it is known. */
export function hasCounted(counter: Counter, value: number): boolean {
  if (value < counter.lowest || value > counter.highest) return false;
  return !counter.gaps.some((gap) => isWithin(gap, value));
}
