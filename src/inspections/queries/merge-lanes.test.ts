import { expect, test } from 'vitest';
import type { Keyset } from '../../kernel/db/keyset.ts';
import { createRandom } from '../../simulator/random.ts';
import { mergeLanes, type Page } from './merge-lanes.ts';

const random = createRandom('lanes');
let nextId = 0;
const lane = (rows: number, span: number): Keyset[] =>
  Array.from({ length: rows }, () => ({ capturedAt: random.integer(0, span), id: ++nextId }));
const compare = (a: Keyset, b: Keyset) => a.capturedAt - b.capturedAt || a.id - b.id;

/** Reads a lane as an index does, and counts the requested rows. */
function createReader() {
  const read = { rows: 0, questions: 0 };
  const ask = async (rows: Keyset[], { limit, from, direction }: Page) => {
    const sorted = direction === 'older' ? rows.toSorted((a, b) => compare(b, a)) : rows.toSorted(compare);
    const isBeyond = (row: Keyset) =>
      from === undefined || (direction === 'older' ? compare(row, from) < 0 : compare(row, from) > 0);
    const answer = sorted.filter(isBeyond).slice(0, limit);
    read.rows += answer.length;
    read.questions += 1;
    return answer;
  };
  return { read, ask };
}

test.each([
  ['even', Array.from({ length: 40 }, () => lane(30, 100))],
  ['one full among many empty', [lane(900, 50), ...Array.from({ length: 60 }, () => lane(1, 50))]],
  ['few', [lane(100, 20), lane(3, 20), []]],
  ['none', []],
])('pages over lanes that are %s lose and repeat nothing', async (_, lanes) => {
  for (const direction of ['older', 'newer'] as const) {
    const all: Keyset[] = [];
    for (let isMore = true; isMore; ) {
      const page = { limit: 64, direction, ...(all.length > 0 ? { from: all.at(-1)! } : {}) };
      const found = await mergeLanes(lanes, page, createReader().ask);
      all.push(...found);
      isMore = found.length === 64;
    }
    const expected = lanes.flat().sort(compare);
    expect(all).toEqual(direction === 'older' ? expected.reverse() : expected);
  }
});

test('a page over a thousand stations reads about one page of rows, not one for each station', async () => {
  const lanes = Array.from({ length: 1_000 }, () => lane(500, 1_000_000));
  const { read, ask } = createReader();
  expect(await mergeLanes(lanes, { limit: 500, direction: 'older' }, ask)).toHaveLength(500);
  expect(read.rows).toBeLessThan(10_000);
  expect(read.questions).toBeLessThan(1_200);
});
