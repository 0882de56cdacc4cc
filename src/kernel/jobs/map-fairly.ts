import { setImmediate as nextTurn } from 'node:timers/promises';

/** Items processed concurrently: enough to keep a database on another machine busy. */
const itemsAtOnce = 8;
/** After holding the thread for so long, other requests get a turn. */
const maxHoldMs = 10;

/** Maps every item, in order, without blocking the thread for long, however many items there are. */
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
