/** A test for a rise of the share of hits (here NG) from `p0` to `p1`, both between 0 and 1. */
export type BernoulliCusum = {
  /** Log-likelihood weight of an inspection without a hit, with its sign turned: r1 = −ln((1−p1)/(1−p0)). */
  r1: number;
  /** Log-likelihood weight of a hit, above that of none: r2 = ln(p1(1−p0)/(p0(1−p1))). A limit `h` in log likelihood is `h/r2` hits. */
  r2: number;
  /** r1/r2, what each inspection takes from the sum. Never rounded: a smaller step breaks Lorden's bound. */
  step: number;
};

/**
 * Bernoulli CUSUM, one inspection at a time: B = max(0, B + x − r1/r2).
 * Source: Reynolds and Stoumbos, Journal of Quality Technology 31 (1999).
 */
export function bernoulliCusum(p0: number, p1: number): BernoulliCusum {
  const r1 = -Math.log((1 - p1) / (1 - p0));
  const r2 = Math.log((p1 * (1 - p0)) / (p0 * (1 - p1)));
  return { r1, r2, step: r1 / r2 };
}

/** The share (0..1) at `factor` times the odds of `share`; at twice the odds 2p/(1+p). */
export function shareAtOdds(share: number, factor: number): number {
  return (factor * share) / (1 + (factor - 1) * share);
}

/**
 * The sum B after `total` more inspections with `hits` NG: max(0, B + hits − total·step). For one inspection this is the
 * published step. For a minute, whose order is unknown, it takes all inspections in one step, whose sum can only be
 * smaller.
 */
export function nextCusum(sum: number, hits: number, total: number, step: number): number {
  return Math.max(0, sum + hits - total * step);
}
