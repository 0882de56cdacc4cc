import type { ModelCount } from '../queries/model-counts.ts';

/** Counts of one minute or hour together; rows in order of time. */
export function spansOf(rows: readonly ModelCount[]): { startAt: number; models: ModelCount[] }[] {
  const spans: { startAt: number; models: ModelCount[] }[] = [];
  for (const row of rows) {
    const last = spans.at(-1);
    if (last?.startAt === row.startAt) last.models.push(row);
    else spans.push({ startAt: row.startAt, models: [row] });
  }
  return spans;
}
