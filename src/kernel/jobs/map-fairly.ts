import { setImmediate as nextTurn } from 'node:timers/promises';

/** Items worked on at once: enough to keep a database on another machine busy. */
const BATCH = 8;
/** Other requests get their turn when this has held the thread for so long. */
const MAX_HOLD_MS = 10;

/** `map` of every item, in order: however many there are, the thread is never kept from other work for long. */
export async function mapFairly<T, R>(items: readonly T[], map: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let heldSince = performance.now();
  for (let from = 0; from < items.length; from += BATCH) {
    results.push(...(await Promise.all(items.slice(from, from + BATCH).map(map))));
    if (performance.now() - heldSince < MAX_HOLD_MS) continue;
    await nextTurn();
    heldSince = performance.now();
  }
  return results;
}
