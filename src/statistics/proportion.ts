/** Standard normal quantile of a two-sided 95 % interval. */
const z95 = 1.959964;

/**
 * Wilson score interval (95 % unless another `z` is given) of a share of `hits` among `total`, both ends 0..1; null
 * when `total` is 0. Formula: Wilson 1927; numbers: Newcombe 1998, Statistics in Medicine 17, 857–872, method 3.
 */
export function wilsonInterval(hits: number, total: number, z = z95): { low: number; high: number } | null {
  if (total <= 0) return null;
  const share = hits / total;
  const weight = 1 + (z * z) / total;
  const center = (share + (z * z) / (2 * total)) / weight;
  const half = (z * Math.sqrt((share * (1 - share)) / total + (z * z) / (4 * total * total))) / weight;
  // The ends at 0 and at 1 are exact; rounding errors would show 99.99…98 %.
  return { low: hits === 0 ? 0 : center - half, high: hits === total ? 1 : center + half };
}

/**
 * Rolled throughput yield: the chance that a unit passes all stations, the product of their yields. Null when there is
 * no station or one of them has no yield.
 */
export function rolledThroughputYield(yieldRates: readonly (number | null)[]): number | null {
  if (yieldRates.length === 0) return null;
  let product = 1;
  for (const rate of yieldRates) {
    if (rate === null) return null;
    product *= rate;
  }
  return product;
}
