/** The number of images in a stretch of time. */
export type Stretch = { startAt: number; endAt: number; count: number };

/**
 * Finds the images `offset` to `offset + limit` of a list that runs through the stretches in order: the first stretch, how
 * many of its images to skip, and the last stretch. Undefined when the list is shorter. Finds page 40 000 by adding up
 * hourly counts instead of skipping a million rows.
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
