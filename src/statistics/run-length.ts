/*
 * How long a Bernoulli CUSUM runs on average before it signals, and the limit that makes it run as long as wanted.
 */

/** What is watched: each inspection is a hit with probability `share` (0..1); `step` is r1/r2 (see cusum.ts). */
export type WatchedShare = { share: number; step: number };

/** Sums are rounded to this or finer; the mean run length is then right to about two percent. */
const maxUnit = 1 / 100;
/** Halvings of the interval a limit is sought in: to a ten-thousandth of it. */
const bisections = 14;

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
 * The limit at which the mean run length is `inspections`. Never above ln(inspections)/r2, with which Lorden's
 * inequality (Annals of Mathematical Statistics 42, 1971) promises at least as much; `r2` is the weight of one hit.
 */
export function limitForRunLength(watched: WatchedShare, r2: number, inspections: number): number {
  let low = 0;
  let high = Math.log(inspections) / r2;
  for (let round = 0; round < bisections; round++) {
    const middle = (low + high) / 2;
    if (meanRunLength(watched, middle) < inspections) low = middle;
    else high = middle;
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
