import type { Direction, Keyset } from '../../kernel/db/keyset.ts';
import { mapFairly } from '../../kernel/jobs/map-fairly.ts';

/** A page of an ordered list: at most `limit` rows after `from` in one direction. */
export type Page = { limit: number; from?: Keyset; direction: Direction };

/** Up to this many lanes, the common case, a whole page of each is read at once: one query a lane. */
const maxWholeLanes = 8;
const minChunk = 4;

type Head<L> = { lane: L; from: Keyset | undefined; chunk: number };

/**
 * Merges several ordered lanes into one page. With many lanes it reads a small chunk of each, and further chunks only of
 * those that may contribute more rows: memory grows with the page, not with the number of lanes.
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
      read(lane, { limit: chunk, direction, from }),
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
