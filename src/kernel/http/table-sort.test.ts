import { expect, test } from 'vitest';
import { ascending, descending, readSort, type SortableTable, sortHeads, sortRows } from './table-sort.ts';

type Row = { name: string; rate: number | null; ng: number };
const rows: Row[] = [
  { name: 'S10', rate: 0.5, ng: 2 },
  { name: 'S9', rate: 0.7, ng: 2 },
  { name: 'S2', rate: null, ng: 0 },
];
const table: SortableTable<Row> = {
  name: 'parts',
  columns: {
    name: ascending(({ name }) => name),
    yield: ascending(({ rate }) => rate),
    ng: descending(({ ng }) => ng),
  },
  usual: { column: 'yield', isDescending: false },
};
const sortOf = (search: string) => readSort(new URLSearchParams(search), [table]);
const namesOf = (search: string) => sortRows(rows, table, sortOf(search)).map(({ name }) => name);
const headsOf = (search: string) =>
  sortHeads(table, sortOf(search), (query) => Object.values(query).join(' '));

test.each([
  ['', ['S10', 'S9', 'S2']],
  ['sort=parts-name', ['S2', 'S9', 'S10']],
  ['sort=parts-name&dir=desc', ['S10', 'S9', 'S2']],
  ['sort=parts-yield&dir=asc', ['S10', 'S9', 'S2']],
  ['sort=parts-yield&dir=desc', ['S9', 'S10', 'S2']],
  ['sort=parts-ng&dir=desc', ['S10', 'S9', 'S2']],
  ['sort=parts-ng&dir=asc', ['S2', 'S10', 'S9']],
])('%s: no value last, equal rows as they come', (search, names) => {
  expect(namesOf(search)).toEqual(names);
});

test('a heading sorts its column, the one in force turns it round, and the usual order needs no words', () => {
  expect(headsOf('')).toEqual({
    name: { href: 'parts-name asc', state: null },
    yield: { href: 'parts-yield desc', state: 'ascending' },
    ng: { href: 'parts-ng desc', state: null },
  });
  expect(headsOf('sort=parts-ng&dir=desc')).toEqual({
    name: { href: 'parts-name asc', state: null },
    yield: { href: ' ', state: null },
    ng: { href: 'parts-ng asc', state: 'descending' },
  });
});

test('a sort of another table leaves this one as it is', () => {
  const hours = { name: 'hours', columns: { ng: null } };
  const sort = readSort(new URLSearchParams('sort=hours-ng&dir=desc'), [table, hours]);
  expect(sortRows(rows, table, sort)).toBe(rows);
  expect(sortHeads(table, sort, () => '').yield?.state).toBe('ascending');
});

test.each([
  ['sort=parts-colour', 'sort'],
  ['sort=name', 'sort'],
  ['sort=parts-constructor', 'sort'],
  ['sort=parts-name&dir=up', 'dir'],
])('%s is refused, naming the field', (search, field) => {
  expect(() => sortOf(search)).toThrow(expect.objectContaining({ code: 'invalid', details: { field } }));
});
