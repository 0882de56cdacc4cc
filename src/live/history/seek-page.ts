/** How many images lie in a stretch of time. */
export type Stretch = { startAt: number; endAt: number; count: number };

/**
 * Where the images `offset` to `offset + limit` of a list lie that runs through the stretches in order: from which
 * stretch on, how many of its images are passed over, and up to which one. Undefined when the list ends before. Finds
 * page 40 000 by adding hours up instead of walking over a million rows.
 */
export function seekPage(
  stretches: readonly Stretch[],
  offset: number,
  limit: number,
): { first: Stretch; last: Stretch; skip: number } | undefined {
  let passed = 0;
  let first: Stretch | undefined;
  let skip = 0;
  for (const stretch of stretches) {
    if (!first && passed + stretch.count > offset) {
      first = stretch;
      skip = offset - passed;
    }
    passed += stretch.count;
    if (first && passed >= offset + limit) return { first, last: stretch, skip };
  }
  const last = stretches.at(-1);
  return first && last ? { first, last, skip } : undefined;
}
