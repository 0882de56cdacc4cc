import type { TimeWindow } from '../time-window.ts';

/** What is left of stretches of time, which do not overlap, when others, in any order, are cut out of them. */
export function cutOut(stretches: readonly TimeWindow[], holes: readonly TimeWindow[]): TimeWindow[] {
  return holes
    .filter(({ startAt, endAt }) => endAt > startAt)
    .reduce<TimeWindow[]>(
      (left, hole) =>
        left.flatMap(({ startAt, endAt }) =>
          [
            { startAt, endAt: Math.min(endAt, hole.startAt) },
            { startAt: Math.max(startAt, hole.endAt), endAt },
          ].filter((part) => part.endAt > part.startAt),
        ),
      [...stretches],
    );
}

/** How much of stretches that do not overlap lies in a window, ms. */
export function overlapMs(stretches: readonly TimeWindow[], window: TimeWindow): number {
  return stretches.reduce(
    (sum, { startAt, endAt }) =>
      sum + Math.max(0, Math.min(endAt, window.endAt) - Math.max(startAt, window.startAt)),
    0,
  );
}

/** The parts of stretches that lie in a window. */
export function within(stretches: readonly TimeWindow[], window: TimeWindow): TimeWindow[] {
  return stretches
    .map(({ startAt, endAt }) => ({
      startAt: Math.max(startAt, window.startAt),
      endAt: Math.min(endAt, window.endAt),
    }))
    .filter(({ startAt, endAt }) => endAt > startAt);
}
