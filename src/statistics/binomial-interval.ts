/**
 * Exact (Clopper and Pearson) 95 % interval of a share of `hits` among `total`, both ends 0..1; null when `total` is 0.
 * The ends are quantiles of the beta distribution. Source: Clopper and Pearson, Biometrika 26 (1934).
 */
export function exactInterval(hits: number, total: number): { low: number; high: number } | null {
  if (total <= 0) return null;
  return {
    low: hits === 0 ? 0 : betaQuantile(0.025, hits, total - hits + 1),
    high: hits === total ? 1 : betaQuantile(0.975, hits + 1, total - hits),
  };
}

/**
 * Exact (Garwood) 95 % interval of the mean of a Poisson count; the ends of a rate are these divided by the time.
 * Source: Garwood, Biometrika 28 (1936).
 */
export function exactCountInterval(count: number): { low: number; high: number } {
  // The limit of the binomial interval for ever more and ever smaller parts; a million are enough for three digits.
  const parts = 1e6 * (count + 1);
  const { low, high } = exactInterval(count, parts) ?? { low: 0, high: 0 };
  return { low: low * parts, high: high * parts };
}

function betaQuantile(probability: number, a: number, b: number): number {
  let low = 0;
  let high = 1;
  // Relative precision also near zero, where shares of rare events lie.
  for (let round = 0; round < 200 && high - low > 1e-12 * high; round++) {
    const middle = (low + high) / 2;
    if (incompleteBeta(middle, a, b) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Regularised incomplete beta function by its continued fraction (Abramowitz and Stegun 26.5.8). */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  // The fraction converges quickly only on this side of the mean.
  return x < (a + 1) / (a + b + 2)
    ? (front * betaFraction(x, a, b)) / a
    : 1 - (front * betaFraction(1 - x, b, a)) / b;
}

const maxTerms = 500;
const smallest = 1e-300;

/** Evaluated from the front by Lentz's method. */
function betaFraction(x: number, a: number, b: number): number {
  const away = (value: number) => (Math.abs(value) < smallest ? smallest : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= maxTerms; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-14) break;
  }
  return fraction;
}

/** Stirling's series after shifting the argument above 10. */
function logGamma(x: number): number {
  let shift = 0;
  let z = x;
  while (z < 10) {
    shift += Math.log(z);
    z += 1;
  }
  const inverse = 1 / (z * z);
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse / 1680))) / z;
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - shift;
}
