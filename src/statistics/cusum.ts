/** A test for a rise of the NG share from `p0` to `p1`, both 0..1. */
export type BernoulliCusum = {
  /** Inspections that offset one NG. */
  m: number;
  /** Log-likelihood weight of one NG; a limit `l` in log likelihood is `l/r2` here. */
  r2: number;
};

/**
 * Bernoulli CUSUM: r1 = −ln((1−p1)/(1−p0)), r2 = ln(p1(1−p0)/(p0(1−p1))), m = round(r2/r1).
 * Source: Reynolds and Stoumbos, Journal of Quality Technology 31 (1999).
 */
export function bernoulliCusum(p0: number, p1: number): BernoulliCusum {
  const r1 = -Math.log((1 - p1) / (1 - p0));
  const r2 = Math.log((p1 * (1 - p0)) / (p0 * (1 - p1)));
  return { m: Math.round(r2 / r1), r2 };
}

/**
 * The sum B after `total` more inspections with `hits` NG: max(0, B + hits − total/m). For one inspection this is the
 * published step. For a minute, whose order is unknown, it takes all inspections in one step, whose sum can only be
 * smaller.
 */
export function nextCusum(sum: number, hits: number, total: number, m: number): number {
  return Math.max(0, sum + hits - total / m);
}
