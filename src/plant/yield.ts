/** Inspections counted by verdict, and their yield. Instants are epoch ms UTC. */

export type Verdict = 'OK' | 'NG';

/** Images counted by verdict. */
export type VerdictCounts = {
  ok: number;
  ng: number;
  /** Files without a verdict in their name: in the total, never in the yield. */
  unmatched: number;
  /** Images whose word means neither OK nor NG, until a person judges them: in the total, never in the yield. */
  undecided: number;
  /** How many of `ok` and `ng` are further views of a unit. */
  furtherOk: number;
  furtherNg: number;
};

export const noCounts: Readonly<VerdictCounts> = Object.freeze({
  ok: 0,
  ng: 0,
  unmatched: 0,
  undecided: 0,
  furtherOk: 0,
  furtherNg: 0,
});

/** Counts of one bucket of a trend; reads leave out empty buckets, and views fill them in. */
export type TrendBucket = { startAt: number } & VerdictCounts;

/** Below this many inspections the interval is shown beside the yield. */
const maxCountWithInterval = 50;

/** The sum of several counts. A yield over parts or hours is computed from it, never as a mean of percentages. */
export function sumCounts(list: Iterable<VerdictCounts>): VerdictCounts {
  const sum = { ...noCounts };
  for (const counts of list) addCounts(sum, counts);
  return sum;
}

/** Adds counts to `sum` in place. */
export function addCounts(sum: VerdictCounts, counts: VerdictCounts): void {
  sum.ok += counts.ok;
  sum.ng += counts.ng;
  sum.unmatched += counts.unmatched;
  sum.undecided += counts.undecided;
  sum.furtherOk += counts.furtherOk;
  sum.furtherNg += counts.furtherNg;
}

/** The counts of a row without its other columns. */
export function countsOf({
  ok,
  ng,
  unmatched,
  undecided,
  furtherOk,
  furtherNg,
}: VerdictCounts): VerdictCounts {
  return { ok, ng, unmatched, undecided, furtherOk, furtherNg };
}

/** Number of images, judged or not. */
export function totalCount({ ok, ng, unmatched, undecided }: Omit<VerdictCounts, Further>): number {
  return ok + ng + unmatched + undecided;
}

type Further = 'furtherOk' | 'furtherNg';

/** Judged units: images, except where several views show one unit. */
export type UnitCounts = { ok: number; ng: number };

/** The judged units of counted images. */
export function unitCounts({ ok, ng, furtherOk, furtherNg }: VerdictCounts): UnitCounts {
  return { ok: ok - furtherOk, ng: ng - furtherNg };
}

/** Yield OK/(OK+NG), 0..1; null when nothing was judged. Pages take it of units, the wire of contract S1 of files. */
export function yieldRate(counts: UnitCounts): number | null {
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
