/** The defects of a pair as a table, where its sender described them as a list of objects. */
export type DefectTable = { columns: string[]; rows: string[][]; moreCount: number };

export type DefectView = { table: DefectTable | null; json: string };

/** Limits of the table; the rest is in the JSON only. */
const maxColumns = 10;
const maxRows = 100;
const maxCellLength = 80;
const maxJsonLength = 64 * 1024;

/** Any JSON → what a page shows. A list of objects becomes a table, alone or as the first list within an object. */
export function defectView(data: unknown): DefectView {
  return { table: defectTable(findList(data)), json: JSON.stringify(data, null, 2).slice(0, maxJsonLength) };
}

function findList(data: unknown): object[] {
  const candidates = isObject(data) && !Array.isArray(data) ? Object.values(data) : [data];
  const found = candidates.find(
    (value) => Array.isArray(value) && value.length > 0 && value.every((item) => isObject(item)),
  );
  return (found as object[] | undefined) ?? [];
}

function defectTable(items: readonly object[]): DefectTable | null {
  if (items.length === 0) return null;
  const shown = items.slice(0, maxRows);
  const columns = [...new Set(shown.flatMap((item) => Object.keys(item)))].slice(0, maxColumns);
  return {
    columns,
    rows: shown.map((item) => columns.map((column) => cellOf((item as Record<string, unknown>)[column]))),
    moreCount: items.length - shown.length,
  };
}

function cellOf(value: unknown): string {
  if (value === undefined || value === null) return '–';
  const text = typeof value === 'string' ? value : JSON.stringify(roundNumbers(value));
  return text.length > maxCellLength ? `${text.slice(0, maxCellLength - 1)}…` : text;
}

/** Four digits are enough for a table of defects. */
function roundNumbers(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isInteger(value)) return Number(value.toPrecision(4));
  if (Array.isArray(value)) return value.map(roundNumbers);
  return value;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
