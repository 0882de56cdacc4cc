/** The progress of reading older images, and of drawing those of a demo plant. */
export type NoticesView = {
  drawing: { done: number; total: number } | null;
  backfill: { done: number; total: number; remainingMs: number | null } | null;
};

/** Fewer are read before anybody has read the notice, which moves what stands below it. */
const minBackfill = 100;

/** The total left to read, none where that is done in a moment; the time left is extrapolated from that spent so far. */
export function noticesView(
  sources: { backfill: { done: number; total: number; startedAt: number } | null }[],
  now: number,
  drawing: NoticesView['drawing'] = null,
): NoticesView {
  const running = sources.flatMap((source) => source.backfill ?? []);
  const done = running.reduce((sum, { done }) => sum + done, 0);
  const total = running.reduce((sum, { total }) => sum + total, 0);
  const startedAt = Math.min(...running.map(({ startedAt }) => startedAt));
  const remainingMs = done > 0 ? roundRemaining(((now - startedAt) / done) * (total - done)) : null;
  return {
    drawing,
    backfill: total >= minBackfill ? { done, total, remainingMs } : null,
  };
}

/** Rounds an estimate to steps of 5 s, 1 min or 10 min, since more digits would claim false precision. */
export function roundRemaining(ms: number): number {
  const step = ms < 120_000 ? 5_000 : ms < 3_600_000 ? 60_000 : 600_000;
  return Math.max(step, Math.round(ms / step) * step);
}
