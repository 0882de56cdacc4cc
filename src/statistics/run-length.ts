/*
 * How long a Bernoulli CUSUM runs on average before it signals, and the limit that makes it run as long as wanted.
 */

/** What is watched: each inspection is a hit with probability `share` (0..1); `step` is r1/r2 (see cusum.ts). */
export type WatchedShare = { share: number; step: number };

/** Sums are rounded to this or finer; the mean run length is then right to about two percent. */
const maxUnit = 1 / 100;
/** A limit is good enough when it keeps at most this much more than the run length that was asked for. */
const maxExcess = 0.02;
const maxRounds = 12;

/**
 * Mean number of inspections until a Bernoulli CUSUM that starts at zero reaches `limit`; Infinity when the share is 0.
 * A Markov chain over multiples of a small unit: without a hit the sum falls by the step, with one it rises by
 * 1 − step, and what lands between two multiples is shared out to both.
 * Source: Brook and Evans, Biometrika 59 (1972); Reynolds and Stoumbos, Journal of Quality Technology 31 (1999).
 */
export function meanRunLength({ share, step }: WatchedShare, limit: number): number {
  if (share <= 0) return Number.POSITIVE_INFINITY;
  const unit = step > maxUnit ? step / Math.ceil(step / maxUnit) : maxUnit;
  const states = Math.max(1, Math.ceil(limit / unit - 1e-9));
  const below = Math.ceil(step / unit - 1e-9);
  const above = Math.ceil((1 - step) / unit) + 1;
  const equations = new BandedEquations(states, below, above);
  for (let state = 0; state < states; state++) {
    equations.add(state, state, 1);
    shareOut(equations, state, state - step / unit, 1 - share);
    shareOut(equations, state, state + (1 - step) / unit, share);
  }
  return equations.solveFirst();
}

/** Takes a move with this probability to a position between two states; beyond the last one the test has signalled. */
function shareOut(equations: BandedEquations, state: number, position: number, probability: number): void {
  const lower = Math.max(0, Math.floor(position + 1e-9));
  const upperWeight = Math.max(0, position - lower);
  equations.add(state, lower, -probability * (1 - upperWeight));
  if (upperWeight > 0) equations.add(state, lower + 1, -probability * upperWeight);
}

/**
 * The least limit, to about two percent of the run length, at which the mean run length is at least `inspections`. Never
 * above ln(inspections)/r2, with which Lorden's inequality (Annals of Mathematical Statistics 42, 1971) promises as much;
 * `r2` is the weight of one hit. The logarithm of the run length is nearly straight in the limit, so that a few secants
 * find it where a bisection takes fourteen.
 */
export function limitForRunLength(watched: WatchedShare, r2: number, inspections: number): number {
  const wanted = Math.log(inspections);
  const excessAt = (limit: number) => Math.log(meanRunLength(watched, limit)) - wanted;
  let low = 0;
  let lowExcess = -wanted;
  let high = wanted / r2;
  let highExcess = excessAt(high);
  for (let round = 0; round < maxRounds && highExcess > maxExcess; round++) {
    // Aims a little above the wanted length, so that the next point is likely to be the upper end.
    const secant = low + ((high - low) * (maxExcess / 2 - lowExcess)) / (highExcess - lowExcess);
    const isStuck = !(secant > low && secant < high);
    const limit = isStuck ? (low + high) / 2 : secant;
    const excess = excessAt(limit);
    if (excess < 0) [low, lowExcess] = [limit, excess];
    else [high, highExcess] = [limit, excess];
  }
  return high;
}

/** Linear equations whose right sides are all 1 and whose rows reach few columns to either side of the diagonal. */
class BandedEquations {
  readonly #size: number;
  readonly #below: number;
  readonly #width: number;
  readonly #rows: Float64Array;

  constructor(size: number, below: number, above: number) {
    this.#size = size;
    this.#below = below;
    this.#width = below + above + 1;
    this.#rows = new Float64Array(size * this.#width);
  }

  /** Adds to a coefficient; columns beyond the last are left out. */
  add(row: number, column: number, value: number): void {
    if (column < this.#size) this.#rows[row * this.#width + column - row + this.#below]! += value;
  }

  /**
   * The first unknown. Elimination from the last row up; no pivoting, because each row's diagonal is at least as large
   * as the rest of it together.
   */
  solveFirst(): number {
    const right = new Float64Array(this.#size).fill(1);
    for (let pivot = this.#size - 1; pivot > 0; pivot--) {
      const firstRow = Math.max(0, pivot - (this.#width - this.#below - 1));
      for (let row = pivot - 1; row >= firstRow; row--) this.#eliminate(row, pivot, right);
    }
    return right[0]! / this.#rows[this.#below]!;
  }

  #eliminate(row: number, pivot: number, right: Float64Array): void {
    const at = row * this.#width - row + this.#below;
    const pivotAt = pivot * this.#width - pivot + this.#below;
    const factor = this.#rows[at + pivot]! / this.#rows[pivotAt + pivot]!;
    if (factor === 0) return;
    const firstColumn = Math.max(0, pivot - this.#below);
    for (let column = firstColumn; column < pivot; column++) {
      this.#rows[at + column]! -= factor * this.#rows[pivotAt + column]!;
    }
    right[row]! -= factor * right[pivot]!;
  }
}
