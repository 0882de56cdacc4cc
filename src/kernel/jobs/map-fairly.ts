import { setImmediate as nextTurn } from 'node:timers/promises';

/** Items worked on at once: enough to keep a database on another machine busy. */
const itemsAtOnce = 8;
/** Other requests get their turn when this has held the thread for so long. */
const maxHoldMs = 10;

/** `map` of every item, in order: however many there are, the thread is never kept from other work for long. */
export async function mapFairly<T, R>(items: readonly T[], map: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let heldSince = performance.now();
  for (let from = 0; from < items.length; from += itemsAtOnce) {
    results.push(...(await Promise.all(items.slice(from, from + itemsAtOnce).map(map))));
    if (performance.now() - heldSince < maxHoldMs) continue;
    await nextTurn();
    heldSince = performance.now();
  }
  return results;
}
