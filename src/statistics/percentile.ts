/** Nearest-rank percentile of at least one value, 0 < `share` ≤ 1 (NIST/SEMATECH 7.2.6.2 without interpolation). */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
}
