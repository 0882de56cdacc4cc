/** So many inspections of one kind, of which each is a hit with this probability, 0..1. */
export type MixPart = {
  total: number;
  share: number;
  /** Inspections that `share` was estimated from; left out for a share that is known. */
  basis?: number;
};

/**
 * Expected hits of a mix, Σ nₘpₘ, and their variance Σ nₘpₘ(1−pₘ), which is larger where shares are estimates: what is
 * usual when each kind keeps its own share, whatever the mix (indirect standardisation).
 * Source: Breslow and Day, Statistical Methods in Cancer Research II (1987).
 */
export function expectedHits(mix: readonly MixPart[]): { total: number; expected: number; variance: number } {
  let total = 0;
  let expected = 0;
  let variance = 0;
  for (const part of mix) {
    const spread = part.share * (1 - part.share);
    total += part.total;
    expected += part.total * part.share;
    variance += part.total * spread;
    if (part.basis !== undefined) variance += (part.total ** 2 * spread) / part.basis;
  }
  return { total, expected, variance };
}
