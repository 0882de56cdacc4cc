/** Cumulative share at which the "vital few" end. */
const paretoMark = 0.8;

export type ParetoRow = {
  name: string;
  count: number;
  /** Share of all, 0..1. */
  shareRate: number;
  /** Share of this row and all before it, 0..1. */
  cumulativeRate: number;
  /** The row that collects the causes not shown by name. */
  isOther: boolean;
};

export type Pareto = {
  rows: ParetoRow[];
  total: number;
  /** Index of the row at which the cumulative share reaches the 80 % mark; null without any count. */
  markIndex: number | null;
};

/**
 * Ranks causes by count, ties by name. An entry called `otherName` and all entries beyond `maxNamed` are collected in one
 * row, which is last however large it is. Entries without a count are left out.
 */
export function pareto(
  entries: readonly { name: string; count: number }[],
  { maxNamed = 10, otherName = 'other' }: { maxNamed?: number; otherName?: string } = {},
): Pareto {
  const counted = entries.filter(({ count }) => count > 0);
  const total = counted.reduce((sum, { count }) => sum + count, 0);
  const named = counted.filter(({ name }) => name !== otherName);
  named.sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
  const shown = named.slice(0, maxNamed).map((entry) => ({ ...entry, isOther: false }));
  const otherCount = total - shown.reduce((sum, { count }) => sum + count, 0);
  if (otherCount > 0) shown.push({ name: otherName, count: otherCount, isOther: true });

  let cumulative = 0;
  const rows = shown.map(({ name, count, isOther }) => {
    cumulative += count;
    return { name, count, shareRate: count / total, cumulativeRate: cumulative / total, isOther };
  });
  const markIndex = rows.findIndex(({ cumulativeRate }) => cumulativeRate >= paretoMark);
  return { rows, total, markIndex: markIndex < 0 ? null : markIndex };
}
