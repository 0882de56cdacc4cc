import { AppError } from '../errors.ts';

/** What rows are sorted by; null stands last in either direction. */
type SortValue = string | number | null;

type SortColumn<Row> = { read: (row: Row) => SortValue; isDescendingFirst: boolean };

/** A table whose headings are links that sort it. */
export type SortableTable<Row> = {
  /** Its name in addresses. */
  name: string;
  columns: Readonly<Record<string, SortColumn<Row>>>;
  /** The order in which its rows come, which needs no word in the address. */
  usual: { column: string; isDescending: boolean };
};

/** The order of one table of a page, as its address has it: `sort=<table>-<column>&dir=asc|desc`. */
export type TableSort = { table: string; column: string; isDescending: boolean };

/** The heading of a column: where a click leads, and how the rows are sorted by it now. */
export type SortHead = { href: string; state: 'ascending' | 'descending' | null };

/** A column whose smallest value comes first on the first click. */
export function ascending<Row>(read: (row: Row) => SortValue): SortColumn<Row> {
  return { read, isDescendingFirst: false };
}

/** A column whose largest value comes first on the first click. */
export function descending<Row>(read: (row: Row) => SortValue): SortColumn<Row> {
  return { read, isDescendingFirst: true };
}

/** The sort of a page's address, null for none; throws `invalid` for a column or direction that no table of it has. */
export function readSort(
  search: URLSearchParams,
  tables: readonly { name: string; columns: object }[],
): TableSort | null {
  const by = search.get('sort') ?? '';
  const direction = search.get('dir') ?? '';
  if (direction !== '' && direction !== 'asc' && direction !== 'desc') {
    throw new AppError('invalid', `The direction "${direction.slice(0, 40)}" is neither asc nor desc.`, {
      details: { field: 'dir' },
    });
  }
  if (by === '') return null;
  const known = tables.flatMap(({ name, columns }) =>
    Object.keys(columns).map((column) => ({ table: name, column })),
  );
  const found = known.find(({ table, column }) => by === `${table}-${column}`);
  if (found === undefined) {
    const names = known.map(({ table, column }) => `${table}-${column}`).join(', ');
    throw new AppError('invalid', `The sort "${by.slice(0, 40)}" is none of ${names}.`, {
      details: { field: 'sort' },
    });
  }
  return { ...found, isDescending: direction === 'desc' };
}

/** The sort as the query of an address; empty values, which are left out there, for none. */
export function sortQuery(sort: TableSort | null): { sort: string; dir: string } {
  if (sort === null) return { sort: '', dir: '' };
  return { sort: `${sort.table}-${sort.column}`, dir: sort.isDescending ? 'desc' : 'asc' };
}

/** The rows in the order of `sort`; those that are equal, and all where it is of another table, stay as they come. */
export function sortRows<Row>(
  rows: readonly Row[],
  table: SortableTable<Row>,
  sort: TableSort | null,
): readonly Row[] {
  const column = sort?.table === table.name ? table.columns[sort.column] : undefined;
  if (sort === null || column === undefined) return rows;
  const sign = sort.isDescending ? -1 : 1;
  return rows.toSorted((a, b) => {
    const [one, other] = [column.read(a), column.read(b)];
    if (one === null || other === null) return Number(one === null) - Number(other === null);
    return sign * compareValues(one, other);
  });
}

/** The headings of a table by column; `hrefOf` writes the page's address with what `sortQuery` answers. */
export function sortHeads<Row>(
  table: SortableTable<Row>,
  sort: TableSort | null,
  hrefOf: (query: ReturnType<typeof sortQuery>) => string,
): Record<string, SortHead> {
  const now = sort?.table === table.name ? sort : table.usual;
  const heads = Object.entries(table.columns).map(([column, { isDescendingFirst }]) => {
    const isSorted = column === now.column;
    const isDescending = isSorted ? !now.isDescending : isDescendingFirst;
    const isUsual = column === table.usual.column && isDescending === table.usual.isDescending;
    const href = hrefOf(sortQuery(isUsual ? null : { table: table.name, column, isDescending }));
    const state = now.isDescending ? 'descending' : 'ascending';
    return [column, { href, state: isSorted ? state : null }] as const;
  });
  return Object.fromEntries(heads);
}

/** Names as people count: S9 before S10. */
function compareValues(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), undefined, { numeric: true });
}
