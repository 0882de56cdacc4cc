import type { SequenceGap } from '../model.ts';
import {
  addImage,
  type Counter,
  type Fit,
  fitOf,
  hasCounted,
  isWithin,
  lastValueNear,
  nearValues,
  type OpenGap,
  type SequenceRow,
  startCounter,
} from './counter.ts';

/** What is wrong with the COUNTs of one station and part; the caller knows which ones. */
export type SequenceFinding = Omit<SequenceGap, 'station' | 'part'>;

/** Images before and after the rows in question that help to judge those at the borders; their own faults are left out. */
export type SequenceContext = { before?: readonly SequenceRow[]; after?: readonly SequenceRow[] };

/** So many images before and after an hour show which counters run there. */
export const contextRows = 24;

/** A counter that was set shows it by this many images, with none of the old counter between them. */
const provenBy = 8;
/** Counters told apart at the same time. */
const maxCounters = 5;
/** Images that were looked at out of order within one second; more keep the order of their values. */
const maxSortedImages = 64;
const maxOpenGaps = 1_000;
/** Images looked at to tell a jump from a COUNT that was read wrong. */
const lookAhead = 6;
const nearAhead = 8;
/** A last image is a reset on its own when its value is so small, or so much smaller than the highest before. */
const smallSequence = 10;
const smallShare = 0.01;
const secondMs = 1_000;

/**
 * Missing, repeated and misread COUNTs and counter resets in the images of one station and part, `rows` in capture
 * order; images of one second may stand in any order.
 *
 * - `missing`: values that no image of their counter carries. Only what the counter can have lost in the time between
 *   two images counts; a larger jump is a reset.
 * - `repeated`: values that came before; `count` is how many images are too many, a stretch written again is one finding.
 * - `reset`: the counter goes on from another value: after its last one (255, 999, 9 999, 65 535 …), or set by somebody.
 *   `fromSequence` is the highest value before, `toSequence` the first after, `count` 0. Values lost on either side of a
 *   roll-over are missing, those around any other reset are not known.
 * - `misread`: a single image whose value belongs to no counter. It stands for one of the values that seem missing there.
 *
 * Several counters may run in turns. What cannot be told yet is left for the next look: a false loss is worse than a
 * late one. Findings come in capture order of the image that showed them.
 */
export function findSequenceGaps(
  rows: readonly SequenceRow[],
  { before = [], after = [] }: SequenceContext = {},
): SequenceFinding[] {
  const images = [...before, ...rows, ...after];
  const end = before.length + rows.length;
  return new SequenceAnalysis(images, [before.length, end])
    .run()
    .filter(({ index }) => index >= before.length && index < end)
    .sort((a, b) => a.index - b.index)
    .map(({ finding }) => finding);
}

/** A finding and the image that showed it. */
type Noted = { index: number; finding: SequenceFinding };

class SequenceAnalysis {
  readonly #images: readonly SequenceRow[];
  /** Indexes at which a stretch of repeated values is not continued, so that each hour has its own. */
  readonly #borders: readonly number[];
  readonly #counters: Counter[] = [];
  #noted: Noted[] = [];
  /** The repetition that the next repeated value may belong to. */
  #repeat: (Noted & { lastIndex: number }) | undefined;

  constructor(images: readonly SequenceRow[], borders: readonly number[]) {
    this.#images = images;
    this.#borders = borders;
  }

  run(): Noted[] {
    const images = this.#images;
    for (let from = 0; from < images.length; ) {
      let to = from + 1;
      while (to < images.length && images[to]!.capturedAt === images[from]!.capturedAt) to++;
      this.#takeSecond(from, to);
      from = to;
    }
    this.#finish();
    return this.#noted;
  }

  /** Takes the images of one second, each time the one that fits best what came before. */
  #takeSecond(from: number, to: number): void {
    let next = from;
    while (next < to && this.#takeUsual(next)) next++;
    const left = Array.from({ length: to - next }, (_, i) => next + i);
    while (left.length > 0) {
      const at = left.length > maxSortedImages ? 0 : this.#bestOf(left);
      const [index] = left.splice(at, 1);
      this.#take(index!, left, to);
    }
  }

  #bestOf(indexes: readonly number[]): number {
    let best = 0;
    let least = Number.POSITIVE_INFINITY;
    for (const [at, index] of indexes.entries()) {
      const cost = this.#bestFit(index)?.cost ?? Number.MAX_VALUE;
      if (cost >= least) continue;
      least = cost;
      best = at;
    }
    return best;
  }

  #bestFit(index: number): Fit | undefined {
    let best: Fit | undefined;
    for (const counter of this.#counters) {
      const fit = fitOf(counter, this.#images[index]!, index);
      if (fit && (!best || fit.cost < best.cost)) best = fit;
    }
    return best;
  }

  /** The usual case, without any choice: the next value of the only counter. */
  #takeUsual(index: number): boolean {
    const [counter, ...others] = this.#counters;
    const row = this.#images[index]!;
    if (!counter || others.length > 0 || row.sequence !== counter.highest + 1) return false;
    this.#breakRepeat(index);
    counter.highest = row.sequence;
    addImage(counter, row, index);
    return true;
  }

  #take(index: number, sameSecond: readonly number[], laterFrom: number): void {
    this.#breakRepeat(index);
    const row = this.#images[index]!;
    const fit = this.#bestFit(index);
    if (!fit || this.#isStray(fit, row, sameSecond, laterFrom)) {
      this.#start(row, index);
      return;
    }
    const { counter, how } = fit;
    if (counter.state === 'stopped') this.#resume(counter);
    if (how === 'next') this.#advance(counter, row, index);
    else if (how === 'fill') fillGap(counter, row.sequence);
    else if (how === 'wrap') this.#wrap(counter, row, index);
    else this.#noteRepeat(counter, row, index);
    addImage(counter, row, index);
    if (counter.state === 'unproven' && counter.count >= provenBy) this.#prove(counter);
    else if (counter.state === 'running') this.#absorbEarly(counter, 1);
  }

  /** Whether the images after a jump or a roll-over go on from before it, so that it is neither. */
  #isStray(
    { counter, how }: Fit,
    row: SequenceRow,
    sameSecond: readonly number[],
    laterFrom: number,
  ): boolean {
    const isJump = how === 'wrap' || (how === 'next' && row.sequence > counter.highest + 1);
    if (!isJump || counter.state !== 'running') return false;
    const later = this.#images.slice(laterFrom, laterFrom + lookAhead);
    const values = [...sameSecond.map((index) => this.#images[index]!), ...later].slice(0, lookAhead);
    const goOnFrom = (value: number, end = Number.POSITIVE_INFINITY) =>
      values.filter(({ sequence }) => sequence > value && sequence <= value + nearAhead && sequence < end)
        .length;
    const end = how === 'wrap' ? undefined : row.sequence;
    return goOnFrom(counter.highest, end) > goOnFrom(row.sequence);
  }

  #start(row: SequenceRow, index: number): void {
    this.#counters.push(startCounter(row, index, this.#running()));
    if (this.#counters.length <= maxCounters) return;
    const others = this.#counters.filter(({ state }) => state !== 'running');
    const oldest = others.sort((a, b) => a.lastIndex - b.lastIndex)[0] ?? this.#counters[0]!;
    this.#drop(oldest);
  }

  /** The counter that had an image last. */
  #running(): Counter | undefined {
    let latest: Counter | undefined;
    for (const counter of this.#counters) {
      if (counter.state === 'running' && (!latest || counter.lastIndex > latest.lastIndex)) latest = counter;
    }
    return latest;
  }

  #advance(counter: Counter, row: SequenceRow, index: number): void {
    if (row.sequence > counter.highest + 1) this.#openGap(counter, counter.highest + 1, row, index);
    counter.highest = row.sequence;
  }

  #openGap(counter: Counter, from: number, row: SequenceRow, index: number, to = row.sequence - 1): void {
    counter.gaps.push({ from, to, fromAt: counter.last.capturedAt, toAt: row.capturedAt, index });
    if (counter.gaps.length > maxOpenGaps) this.#noteMissing(counter.gaps.splice(0, 1));
    if (counter.state !== 'running') return;
    // Neighbours that changed places: the values were here already.
    for (const other of this.#counters.filter(({ state }) => state === 'unproven')) {
      if (!other.members.every((member) => counter.gaps.some((gap) => isWithin(gap, member.row.sequence))))
        continue;
      for (const member of other.members) fillGap(counter, member.row.sequence);
      this.#remove(other);
    }
  }

  /** Images that came before their turn, once the counter has come within `reach` of them. */
  #absorbEarly(counter: Counter, reach: number): void {
    for (const early of this.#counters.filter(
      ({ state, startedAhead }) => state === 'unproven' && startedAhead,
    )) {
      const ahead = early.first.sequence - counter.highest;
      const isOld = counter.lastIndex - early.firstIndex > nearValues;
      if (ahead < 1 || ahead > reach || isOld || early.count >= provenBy / 2) continue;
      if (this.#comesAgain(counter, early.first)) continue;
      if (ahead > 1) this.#openGap(counter, counter.highest + 1, early.first, early.firstIndex);
      counter.gaps.push(...early.gaps);
      counter.highest = early.highest;
      counter.lastIndex = Math.max(counter.lastIndex, early.lastIndex);
      this.#remove(early);
    }
  }

  /** Whether the value is about to come in its turn although an image before carries it, where one seems missing. */
  #comesAgain(counter: Counter, { capturedAt, sequence }: SequenceRow): boolean {
    const next = this.#images.slice(counter.lastIndex + 1, counter.lastIndex + 1 + lookAhead);
    return (
      next.some((row) => row.sequence === sequence) && counter.gaps.some((gap) => isBeside(gap, capturedAt))
    );
  }

  /** Enough images belong to a counter: it replaced the running one, runs beside it, or is a stretch written again. */
  #prove(counter: Counter): void {
    const running = this.#counters.filter(({ state }) => state === 'running');
    if (running.some(({ lastIndex }) => lastIndex > counter.firstIndex)) this.#runBeside(counter, running);
    else this.#replace(this.#running()!, counter);
  }

  #runBeside(counter: Counter, running: readonly Counter[]): void {
    const isAgain = running.some((other) =>
      counter.members.every(({ row }) => hasCounted(other, row.sequence)),
    );
    if (!isAgain) {
      counter.state = 'running';
      return;
    }
    for (const { row, index } of counter.members) this.#noteRepeat(counter, row, index);
    this.#remove(counter);
  }

  #replace(old: Counter, counter: Counter): void {
    this.#settle(old);
    old.state = 'stopped';
    counter.state = 'running';
    counter.replaced = old;
    this.#noteReset(old, counter.first, counter.firstIndex);
  }

  /** A counter that seemed replaced goes on: the other one is a second counter, or wrote a stretch again. */
  #resume(counter: Counter): void {
    counter.state = 'running';
    for (const other of this.#counters.filter(({ replaced }) => replaced === counter)) {
      other.replaced = undefined;
      this.#noted = this.#noted.filter(
        ({ index, finding }) => finding.kind !== 'reset' || index !== other.firstIndex,
      );
      this.#runBeside(other, [counter]);
    }
  }

  /** The counter starts again after its last value; counting from 0 or from 1 is both right. */
  #wrap(counter: Counter, row: SequenceRow, index: number): void {
    const top = lastValueNear(counter.highest)!;
    if (counter.highest < top) this.#openGap(counter, counter.highest + 1, row, index, top);
    this.#settle(counter);
    this.#noteReset(counter, row, index);
    counter.highest = row.sequence;
    counter.lowest = Math.min(1, row.sequence);
    if (row.sequence > 1) this.#openGap(counter, 1, row, index);
  }

  #drop(counter: Counter): void {
    this.#remove(counter);
    if (counter.state !== 'unproven') this.#settle(counter);
    else for (const { row, index } of counter.members) this.#noteStray(counter, row, index);
  }

  #remove(counter: Counter): void {
    const at = this.#counters.indexOf(counter);
    if (at >= 0) this.#counters.splice(at, 1);
  }

  /** An image of no counter: late for its gap, a value once more, or one that was read wrong. */
  #noteStray(stray: Counter, row: SequenceRow, index: number): void {
    const running = this.#running();
    if (running?.gaps.some((gap) => isWithin(gap, row.sequence))) {
      fillGap(running, row.sequence);
      return;
    }
    const gap = running?.gaps.find((one) => isBeside(one, row.capturedAt));
    const isKnown = this.#counters.some((one) => one.state === 'running' && hasCounted(one, row.sequence));
    if (isKnown && !(gap && stray.count === 1)) {
      this.#noteRepeat(stray, row, index);
      return;
    }
    if (running && gap) fillGap(running, gap.to);
    const { capturedAt: at, sequence: value } = row;
    const values = { fromSequence: value, toSequence: value, count: 1, fromAt: at, toAt: at };
    this.#noted.push({ index, finding: { kind: 'misread', ...values } });
  }

  #finish(): void {
    const running = this.#running();
    if (!running) return;
    this.#absorbEarly(running, nearValues);
    for (const counter of this.#counters.filter(({ state }) => state === 'unproven'))
      this.#judgeLast(counter);
    for (const counter of this.#counters) this.#settle(counter);
  }

  /** At the end of the images fewer of them are proof: what comes next has the hour looked at again. */
  #judgeLast(counter: Counter): void {
    const running = this.#running()!;
    const { sequence } = counter.first;
    const isAlone = !this.#counters.some(
      (one) => one.state === 'running' && one.lastIndex > counter.firstIndex,
    );
    const isSmall =
      sequence < running.highest && (sequence <= smallSequence || sequence < running.highest * smallShare);
    if (isAlone && (counter.count > 1 || isSmall)) this.#replace(running, counter);
    else if (!isAlone && counter.count > 2) this.#prove(counter);
    else this.#drop(counter);
  }

  /** Gaps that nothing can fill any more are missing values. */
  #settle(counter: Counter): void {
    if (counter.state === 'running') {
      const strays = this.#counters.filter(
        ({ state, count, lastIndex }) => state === 'unproven' && count <= 2 && lastIndex < counter.lastIndex,
      );
      for (const stray of strays) this.#drop(stray);
    }
    this.#noteMissing(counter.gaps);
    counter.gaps = [];
  }

  #noteMissing(gaps: readonly OpenGap[]): void {
    for (const { from, to, fromAt, toAt, index } of this.#withoutMisread(gaps)) {
      const values = { fromSequence: from, toSequence: to, count: to - from + 1 };
      this.#noted.push({ index, finding: { kind: 'missing', ...values, fromAt, toAt } });
    }
  }

  /** A single value that came before, right where one is missing, was read wrong; the neighbour's own value is repeated. */
  #withoutMisread(gaps: readonly OpenGap[]): OpenGap[] {
    const left = gaps.map((gap) => ({ ...gap }));
    for (const { index, finding } of this.#noted.slice(-maxSortedImages)) {
      if (finding.kind !== 'repeated' || finding.count !== 1) continue;
      const value = finding.fromSequence;
      const gap = left.find(
        ({ from, to, toAt, index: at }) =>
          from <= to &&
          (Math.abs(at - index) <= 1 || toAt === finding.toAt) &&
          value !== from - 1 &&
          value !== to + 1,
      );
      if (!gap) continue;
      gap.to--;
      finding.kind = 'misread';
    }
    return left.filter(({ from, to }) => from <= to);
  }

  #noteReset(old: Counter, row: SequenceRow, index: number): void {
    const values = { fromSequence: old.highest, toSequence: row.sequence, count: 0 };
    const span = { fromAt: old.last.capturedAt, toAt: row.capturedAt };
    this.#noted.push({ index, finding: { kind: 'reset', ...values, ...span } });
    this.#repeat = undefined;
  }

  #noteRepeat(counter: Counter, row: SequenceRow, index: number): void {
    const repeat = this.#repeat;
    const step = repeat === undefined ? -1 : row.sequence - repeat.finding.toSequence;
    if (repeat !== undefined && (step === 0 || step === 1) && index - repeat.lastIndex <= nearValues) {
      repeat.finding.toSequence = row.sequence;
      repeat.finding.count++;
      repeat.finding.toAt = row.capturedAt;
      repeat.lastIndex = index;
      return;
    }
    const values = { fromSequence: row.sequence, toSequence: row.sequence, count: 1 };
    const span = { fromAt: counter.last.capturedAt, toAt: row.capturedAt };
    this.#repeat = { index, lastIndex: index, finding: { kind: 'repeated', ...values, ...span } };
    this.#noted.push(this.#repeat);
  }

  #breakRepeat(index: number): void {
    if (this.#borders.includes(index)) this.#repeat = undefined;
  }
}

/** Takes a value out of its gap, which may leave one on either side. */
function fillGap(counter: Counter, value: number): void {
  const at = counter.gaps.findLastIndex((gap) => isWithin(gap, value));
  if (at < 0) return;
  const gap = counter.gaps[at]!;
  const rest = [
    { ...gap, to: value - 1 },
    { ...gap, from: value + 1 },
  ].filter(({ from, to }) => from <= to);
  counter.gaps.splice(at, 1, ...rest);
}

function isBeside({ fromAt, toAt }: OpenGap, at: number): boolean {
  return fromAt <= at + secondMs && toAt >= at - secondMs;
}
