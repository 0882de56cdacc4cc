/** Distance of the limits from the centre, in standard deviations. */
const limitSigmas = 3;

/** One point of a g chart: so many inspections from one NG to the next. */
export type GPoint = { value: number; isOut: boolean };

/**
 * The g chart of rare hits: the number of inspections between one hit and the next, which is geometric. Centre ḡ, upper
 * limit ḡ + 3√(ḡ(ḡ+1)), lower limit 0: a point above is better than usual. Because no point can lie below zero, a rise of
 * the share shows as `signal`, a run of `runLength` points below the usual median in a row. Null without a gap.
 *
 * `usualShare` (0..1) takes the place of the mean of the gaps where it is known.
 * Source: Benneyan, Quality and Reliability Engineering International 17 (2001).
 */
export function gChart(
  gaps: readonly number[],
  usualShare?: number,
): { center: number; upper: number; median: number; points: (GPoint & { isSignal: boolean })[] } | null {
  if (gaps.length === 0) return null;
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const center = usualShare === undefined || usualShare <= 0 ? mean : (1 - usualShare) / usualShare;
  const upper = center + limitSigmas * Math.sqrt(center * (center + 1));
  const share = 1 / (center + 1);
  // The least number of good ones between two hits that at least half of the gaps reach.
  const median = Math.ceil(Math.log(0.5) / Math.log(1 - share)) - 1;
  let below = 0;
  const points = gaps.map((value) => {
    below = value < median ? below + 1 : 0;
    return { value, isOut: value > upper, isSignal: below >= gRunLength };
  });
  return { center, upper, median, points };
}

/** Nine in a row on one side of the median come by chance once in 2⁹ beginnings, as in Nelson's second rule. */
const gRunLength = 9;
