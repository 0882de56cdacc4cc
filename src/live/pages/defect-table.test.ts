import { expect, test } from 'vitest';
import { defectView } from './defect-table.ts';

const spots = [
  { type: 'scratch', x: 12, confidence: 0.912345 },
  { type: 'dent', box: [1.25, 2, 3] },
];

test.each([
  ['a list of objects', spots],
  ['the first such list within an object', { inspector: 'edge-2', notes: ['a'], defects: spots }],
])('%s becomes a table of all their fields', (_, data) => {
  expect(defectView(data).table).toEqual({
    columns: ['type', 'x', 'confidence', 'box'],
    rows: [
      ['scratch', '12', '0.9123', '–'],
      ['dent', '–', '–', '[1.25,2,3]'],
    ],
    moreCount: 0,
  });
});

test.each([null, 7, 'none', [], [1, 2], { count: 3 }, {}])('%j has no table and is shown as JSON', (data) => {
  expect(defectView(data)).toEqual({ table: null, json: JSON.stringify(data, null, 2) });
});

test('long lists, wide objects and long texts are cut to what a page can show', () => {
  const wide = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`c${i}`, 'x'.repeat(500)]));
  const { table, json } = defectView(Array.from({ length: 150 }, () => wide));
  expect(table?.columns).toHaveLength(10);
  expect(table?.rows).toHaveLength(100);
  expect(table?.moreCount).toBe(50);
  expect(table?.rows[0]?.[0]).toHaveLength(80);
  expect(json.length).toBeLessThanOrEqual(65_536);
});
