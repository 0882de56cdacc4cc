/** Inspections counted by verdict, and their yield. Instants are epoch ms UTC. */

export type Verdict = 'OK' | 'NG';

/** Inspections counted by verdict; `unmatched` are files without a verdict in their name: in the total, never in the yield. */
export type VerdictCounts = { ok: number; ng: number; unmatched: number };

/** Counts of one bucket of a trend; reads leave out empty buckets, and views fill them in. */
export type TrendBucket = { startAt: number } & VerdictCounts;

/** Below this many inspections the interval is shown beside the yield. */
const maxCountWithInterval = 50;

/** The sum of several counts. A yield over parts or hours is computed from it, never as a mean of percentages. */
export function sumCounts(list: Iterable<VerdictCounts>): VerdictCounts {
  const sum = { ok: 0, ng: 0, unmatched: 0 };
  for (const { ok, ng, unmatched } of list) {
    sum.ok += ok;
    sum.ng += ng;
    sum.unmatched += unmatched;
  }
  return sum;
}

/** Number of images, judged or not. */
export function totalCount({ ok, ng, unmatched }: VerdictCounts): number {
  return ok + ng + unmatched;
}

/** Yield OK/(OK+NG), 0..1; null when nothing was judged. */
export function yieldRate(counts: { ok: number; ng: number }): number | null {
  const judged = counts.ok + counts.ng;
  return judged === 0 ? null : counts.ok / judged;
}

/** Orders yields worst first; what has no yield stands last. */
export function compareYields(a: number | null, b: number | null): number {
  // No yield is above 1.
  return (a ?? 2) - (b ?? 2);
}

/** Whether a yield is based on so few inspections that its interval must be shown beside it. */
export function showInterval(counts: { ok: number; ng: number }): boolean {
  const judged = counts.ok + counts.ng;
  return judged > 0 && judged < maxCountWithInterval;
}
