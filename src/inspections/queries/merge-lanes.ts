import type { Direction, Keyset } from '../../kernel/db/keyset.ts';
import { mapFairly } from '../../kernel/jobs/map-fairly.ts';

/** A stretch of an ordered list: from which place on, in which direction, and how many rows of it. */
export type Page = { limit: number; from?: Keyset; direction: Direction };

/** Up to so many lanes a whole page of each is read at once; it is the usual case and costs one question a lane. */
const maxWholeLanes = 8;
const minChunk = 4;

type Head<L> = { lane: L; from: Keyset | undefined; chunk: number };

/**
 * One page of what several ordered lanes hold together. Of many lanes only a little is read at a time, and more of
 * those alone that may have more in this page: memory grows with the page and not with the number of lanes.
 */
export async function mergeLanes<L, T extends Keyset>(
  lanes: readonly L[],
  page: Page,
  read: (lane: L, page: Page) => PromiseLike<T[]>,
): Promise<T[]> {
  const { limit, direction } = page;
  const isFew = lanes.length <= maxWholeLanes;
  const chunk = isFew ? limit : Math.min(limit, Math.max(minChunk, Math.ceil((2 * limit) / lanes.length)));
  const order = direction === 'older' ? (a: Keyset, b: Keyset) => compare(b, a) : compare;
  let rows: T[] = [];
  let heads: Head<L>[] = lanes.map((lane) => ({ lane, from: page.from, chunk }));
  while (heads.length > 0) {
    const found = await mapFairly(heads, async ({ lane, from, chunk }) =>
      read(lane, { limit: chunk, direction, ...(from ? { from } : {}) }),
    );
    rows = [...rows, ...found.flat()].sort(order).slice(0, limit);
    const last = rows.length === limit ? rows.at(-1) : undefined;
    heads = heads.flatMap(({ lane, chunk }, i) => {
      const from = found[i]?.length === chunk ? found[i]?.at(-1) : undefined;
      const isNeeded = from && (last === undefined || order(from, last) < 0);
      return isNeeded ? [{ lane, from, chunk: Math.min(limit, chunk * 2) }] : [];
    });
  }
  return rows;
}

function compare(a: Keyset, b: Keyset): number {
  return a.capturedAt - b.capturedAt || a.id - b.id;
}
