import { CsvError, parse } from 'csv-parse/sync';
import type { PlantPlan } from '../plant/plant-file/plan-plant.ts';
import {
  checkPlantFile,
  type PlantFile,
  type PlantFileFault,
} from '../plant/plant-file/plant-file-schema.ts';

/** Tables that a spreadsheet can hold. Columns that a table leaves out stay as they are. */
export const csvTables = {
  workers: { required: ['code'], columns: ['code', 'name'] },
  stations: {
    required: ['name'],
    columns: ['name', 'images', 'line', 'type', 'hidden', 'event_ids', 'ideal_cycle_s'],
  },
  parts: {
    required: ['model', 'ideal_cycle_s'],
    columns: ['model', 'station', 'workstation', 'ideal_cycle_s'],
  },
} as const;

export type CsvSection = keyof typeof csvTables;
type Cells = Partial<Record<string, string>>;
type CsvRow = { line: number; cells: Cells };

/** A row that is left out, with the line of the file it ends in. */
export type RefusedRow = { line: number; reason: string };

/** What a table says as a plant file, what that changes, and the rows that are left out. */
export type ReadCsv = { file: PlantFile; plan: PlantPlan; section: CsvSection; refused: RefusedRow[] };

const maxRows = 20_000;
const longestRow = 10_000;
/** Each pass leaves out the rows that the one before refused. */
const maxPasses = 10;

/**
 * Reads a table as its header says. Rows that cannot be are left out, each with its reason, and the others stay.
 *
 * @returns a fault where the table as a whole cannot be read.
 */
export async function readCsv(
  text: string,
  planOf: (file: PlantFile) => Promise<PlantPlan>,
): Promise<ReadCsv | { fault: string }> {
  const table = readTable(text);
  if ('fault' in table) return table;
  const { section } = table;
  let { rows } = table;
  const refused = [...table.refused];
  for (let pass = 0; pass < maxPasses; pass++) {
    const { sent, lineOf } = built(section, rows);
    const checked = checkPlantFile(sent);
    const plan = 'faults' in checked ? undefined : await planOf(checked.file);
    const faults = 'faults' in checked ? checked.faults : (plan?.faults ?? []);
    if (plan && faults.length === 0 && !('faults' in checked)) {
      return { file: checked.file, plan, section, refused: refused.sort((a, b) => a.line - b.line) };
    }
    const bad = new Map<number, string>();
    for (const fault of faults) {
      const line = lineOf(fault);
      if (line === undefined) return { fault: `${fault.path} ${fault.reason}` };
      if (!bad.has(line)) bad.set(line, `${columnOf(fault)} ${fault.reason}`.trim());
    }
    for (const [line, reason] of bad) refused.push({ line, reason });
    rows = rows.filter(({ line }) => !bad.has(line));
  }
  return { fault: 'has too many rows that cannot be read. Is it the right file?' };
}

function readTable(
  text: string,
): { section: CsvSection; rows: CsvRow[]; refused: RefusedRow[] } | { fault: string } {
  let records: { record: string[]; info: { lines: number } }[];
  try {
    records = parse(text.normalize('NFC'), {
      bom: true,
      delimiter: delimiterOf(text),
      info: true,
      max_record_size: longestRow,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as typeof records;
  } catch (error) {
    if (error instanceof CsvError) return { fault: error.message.slice(0, 200) };
    throw error;
  }
  const [head, ...body] = records;
  const columns = (head?.record ?? []).map((name) => name.toLowerCase());
  const section = (Object.keys(csvTables) as CsvSection[]).find((key) =>
    csvTables[key].required.every((name) => columns.includes(name)),
  );
  if (section === undefined) {
    const known = Object.values(csvTables).map((table) => table.columns.join(', '));
    return { fault: `The first line names the columns; known are ${known.join('; or ')}.` };
  }
  const known: readonly string[] = csvTables[section].columns;
  const unknown = columns.find((name) => !known.includes(name));
  if (unknown !== undefined)
    return { fault: `There is no column "${unknown.slice(0, 40)}" of ${section}: use ${known.join(', ')}.` };
  if (new Set(columns).size < columns.length) return { fault: 'Two columns have the same name.' };
  if (body.length > maxRows) return { fault: `There are more than ${maxRows} rows.` };
  const refused: RefusedRow[] = [];
  const rows = body.flatMap(({ record, info: { lines: line } }): CsvRow[] => {
    if (record.length > columns.length) {
      refused.push({ line, reason: `has ${record.length} cells for ${columns.length} columns` });
      return [];
    }
    return [
      { line, cells: Object.fromEntries(columns.map((name, i) => [name, unescaped(record[i] ?? '')])) },
    ];
  });
  return { section, rows, refused };
}

/** A spreadsheet of many countries parts cells by semicolons, or by tabs. */
function delimiterOf(text: string): string {
  const [head = ''] = text.split(/\r?\n/, 1);
  return [',', ';', '\t'].find((mark) => head.includes(mark)) ?? ',';
}

/** Exports put an apostrophe before what a spreadsheet would run as a formula. */
function unescaped(cell: string): string {
  return /^'[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/.test(cell) ? cell.slice(1) : cell;
}

/** The rows as a plant file, and the line that a fault of it is about. */
function built(section: CsvSection, rows: readonly CsvRow[]) {
  const lines = new Map<string, number>();
  const entries =
    section === 'parts' ? partEntries(rows, lines) : rows.map((row, i) => entryOf(section, row, i, lines));
  return {
    sent: { version: 1, [section]: entries },
    lineOf: ({ path }: PlantFileFault): number | undefined => {
      for (
        let text = path;
        text !== '';
        text = text.slice(0, Math.max(text.lastIndexOf('.'), text.lastIndexOf('[')))
      ) {
        const found = lines.get(text);
        if (found !== undefined) return found;
        if (!/[.[]/.test(text)) break;
      }
      return undefined;
    },
  };
}

function entryOf(
  section: 'workers' | 'stations',
  { line, cells }: CsvRow,
  i: number,
  lines: Map<string, number>,
) {
  lines.set(`${section}[${i}]`, line);
  if (section === 'workers') return { code: cells.code, name: cells.name };
  const { name, images, hidden, type, event_ids: ids } = cells;
  const isInspected = images === undefined ? undefined : booleanOf(images, true);
  return {
    name,
    images: isInspected,
    line: cells.line === undefined ? undefined : cells.line || null,
    type,
    hidden: hidden === undefined || isInspected === false ? undefined : booleanOf(hidden, false),
    aliases:
      ids === undefined
        ? undefined
        : {
            events: ids
              .split(';')
              .map((id) => id.trim())
              .filter((id) => id !== ''),
          },
    idealCycleSec: secondsOf(cells.ideal_cycle_s),
  };
}

/** Several rows of one model are where it takes another time. */
function partEntries(rows: readonly CsvRow[], lines: Map<string, number>) {
  type Entry = { name: string; idealCycleSec?: unknown; atStations: object[] };
  const entries = new Map<string, Entry>();
  for (const { line, cells } of rows) {
    const name = cells.model ?? '';
    const entry: Entry = entries.get(name) ?? { name, atStations: [] };
    if (!entries.has(name)) entries.set(name, entry);
    const path = `parts[${[...entries.keys()].indexOf(name)}]`;
    if (!lines.has(path)) lines.set(path, line);
    const seconds = secondsOf(cells.ideal_cycle_s);
    if (!cells.station && !cells.workstation) {
      entry.idealCycleSec = seconds;
      lines.set(`${path}.idealCycleSec`, line);
      continue;
    }
    lines.set(`${path}.atStations[${entry.atStations.length}]`, line);
    entry.atStations.push({
      station: cells.station || undefined,
      workstation: cells.workstation || undefined,
      idealCycleSec: seconds,
    });
  }
  return [...entries.values()];
}

/** Null for an empty cell; what is no number stays text, which the schema then refuses. */
function secondsOf(cell: string | undefined): number | string | null | undefined {
  if (cell === undefined) return undefined;
  if (cell === '') return null;
  const value = Number(cell.replace(',', '.'));
  return Number.isNaN(value) ? cell : value;
}

function booleanOf(cell: string, usual: boolean): boolean | string {
  if (cell === '') return usual;
  if (/^(?:yes|true|1)$/i.test(cell)) return true;
  return /^(?:no|false|0)$/i.test(cell) ? false : cell;
}

/** The part of a fault's path that a table calls a column. */
function columnOf({ path }: PlantFileFault): string {
  const field = /\.([A-Za-z]+)(?:\[\d+\])?$/.exec(path)?.[1] ?? '';
  const names: Partial<Record<string, string>> = {
    idealCycleSec: 'ideal_cycle_s',
    events: 'event_ids',
    aliases: 'event_ids',
    atStations: '',
  };
  return names[field] ?? field;
}

/** A section of a plant file as the rows of its table. */
export function csvRowsOf(
  section: CsvSection,
  file: PlantFile,
): { columns: readonly string[]; rows: unknown[][] } {
  const { columns } = csvTables[section];
  if (section === 'workers') {
    const workers = file.workers ?? [];
    const areNamed = workers.some(({ name }) => name !== undefined);
    return areNamed
      ? { columns, rows: workers.map(({ code, name }) => [code, name]) }
      : { columns: ['code'], rows: workers.map(({ code }) => [code]) };
  }
  const yesOrNo = (is: boolean | undefined) => (is === undefined ? '' : is ? 'yes' : 'no');
  if (section === 'stations') {
    const rows = (file.stations ?? [])
      .filter(({ mergedInto }) => !mergedInto)
      .map(({ name, images, line, type, hidden, aliases, idealCycleSec }) => [
        name,
        yesOrNo(images),
        line ?? '',
        type,
        yesOrNo(hidden),
        aliases?.events?.join('; ') ?? '',
        idealCycleSec ?? '',
      ]);
    return { columns, rows };
  }
  const rows = (file.parts ?? []).flatMap(({ name, idealCycleSec, atStations = [] }) => [
    [name, '', '', idealCycleSec ?? ''],
    ...atStations.map(({ station, workstation, idealCycleSec: seconds }) => [
      name,
      station ?? '',
      workstation ?? '',
      seconds ?? '',
    ]),
  ]);
  return { columns, rows };
}
