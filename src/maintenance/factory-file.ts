import { existsSync } from 'node:fs';
import BetterSqlite from 'better-sqlite3';
import { AppError } from '../kernel/errors.ts';

/** A row of the replaced dashboard, under the names of contract S2; what it has no column for is left out. */
export type FactoryRow = Record<string, unknown>;

/** The database file of the replaced productivity dashboard, opened read-only. */
export type FactoryFile = {
  /** What was expected and is not there, one sentence each. */
  missing: string[];
  workers(): Iterable<FactoryRow>;
  workstations(): Iterable<FactoryRow>;
  events(): Iterable<FactoryRow>;
  close(): void;
};

/** Names under which a table and its columns may stand, the likeliest first. */
type Wanted = { tables: readonly string[]; columns: Readonly<Record<string, readonly string[]>> };

const wanted = {
  workers: {
    tables: ['workers', 'worker'],
    columns: { worker_id: ['worker_id', 'code', 'id'], name: ['name', 'worker_name'] },
  },
  workstations: {
    tables: ['workstations', 'workstation', 'stations'],
    columns: {
      station_id: ['station_id', 'workstation_id', 'code', 'id'],
      name: ['name', 'station_name'],
      type: ['type', 'station_type'],
    },
  },
  events: {
    tables: ['events', 'event', 'ai_events', 'activity_events'],
    columns: {
      timestamp: ['timestamp', 'event_time', 'time', 'ts'],
      worker_id: ['worker_id'],
      workstation_id: ['workstation_id', 'station_id'],
      event_type: ['event_type', 'type'],
      confidence: ['confidence'],
      count: ['count'],
      event_id: ['event_id'],
      model_id: ['model_id'],
      model_version: ['model_version'],
    },
  },
} as const satisfies Record<string, Wanted>;
type Kind = keyof typeof wanted;

/** Columns without which a table says nothing, and those whose absence is worth a word. */
const required: Record<Kind, readonly string[]> = {
  workers: ['worker_id'],
  workstations: ['station_id'],
  events: ['timestamp', 'worker_id', 'workstation_id', 'event_type'],
};
const usual: Record<Kind, readonly string[]> = {
  workers: ['name'],
  workstations: ['name', 'type'],
  events: ['confidence', 'count'],
};

/** @throws AppError 'not_found' without the file, 'invalid' where it is no such database. */
export function openFactoryFile(path: string): FactoryFile {
  if (!existsSync(path)) throw new AppError('not_found', `There is no file ${path}.`);
  const db = new BetterSqlite(path, { readonly: true, fileMustExist: true });
  try {
    return inspect(db, path);
  } catch (error) {
    db.close();
    if (error instanceof AppError) throw error;
    throw new AppError(
      'invalid',
      `${path} cannot be read as an SQLite database: ${(error as Error).message}`,
      {
        cause: error,
      },
    );
  }
}

function inspect(db: BetterSqlite.Database, path: string): FactoryFile {
  const tables = db
    .prepare("select name from sqlite_schema where type in ('table', 'view') and name not like 'sqlite_%'")
    .pluck()
    .all() as string[];
  const missing: string[] = [];
  const readers = {} as Record<Kind, () => Iterable<FactoryRow>>;
  for (const kind of Object.keys(wanted) as Kind[]) {
    const found = readTable(db, tables, kind);
    missing.push(...found.missing);
    readers[kind] = found.read;
  }
  if (missing.length > 0 && Object.keys(wanted).every((kind) => !hasTable(tables, kind as Kind)))
    throw new AppError(
      'invalid',
      `${path} is no database of the productivity dashboard: it has none of the tables ${Object.keys(wanted).join(', ')}, but ${tables.join(', ') || 'nothing'}.`,
    );
  return { ...readers, missing, close: () => void db.close() };
}

function hasTable(tables: readonly string[], kind: Kind): boolean {
  return findName(tables, wanted[kind].tables) !== undefined;
}

function readTable(
  db: BetterSqlite.Database,
  tables: readonly string[],
  kind: Kind,
): { missing: string[]; read: () => Iterable<FactoryRow> } {
  const table = findName(tables, wanted[kind].tables);
  if (table === undefined) return { missing: [`There is no table ${kind}.`], read: () => [] };
  const columns = db.prepare('select name from pragma_table_info(?)').pluck().all(table) as string[];
  const found = new Map<string, string>();
  for (const [name, names] of Object.entries(wanted[kind].columns)) {
    const column = findName(columns, names);
    if (column !== undefined) found.set(name, column);
  }
  const missing = [...required[kind], ...usual[kind]]
    .filter((name) => !found.has(name))
    .map((name) => `The table ${table} has no column ${name}; it has ${columns.join(', ')}.`);
  if (required[kind].some((name) => !found.has(name))) return { missing, read: () => [] };
  const selected = [...found].map(([name, column]) => `${quoted(column)} as ${quoted(name)}`);
  // In the order of the rows, which is the order in which they came.
  const statement = db.prepare(`select ${selected.join(', ')} from ${quoted(table)}`);
  const ids = kind === 'events' ? keysByNumber(db, tables) : undefined;
  return {
    missing,
    read: function* () {
      for (const row of statement.iterate() as Iterable<FactoryRow>) yield ids ? withCodes(row, ids) : row;
    },
  };
}

type KeysByNumber = Record<'worker_id' | 'workstation_id', Map<unknown, unknown>>;

/** Codes of workers and workstations by the number of their row, where events refer to that. */
function keysByNumber(db: BetterSqlite.Database, tables: readonly string[]): KeysByNumber {
  const read = (kind: 'workers' | 'workstations', names: readonly string[]) => {
    const table = findName(tables, wanted[kind].tables);
    const columns = table
      ? (db.prepare('select name from pragma_table_info(?)').pluck().all(table) as string[])
      : [];
    const [id, code] = [findName(columns, ['id']), findName(columns, names)];
    if (table === undefined || id === undefined || code === undefined || id === code) return new Map();
    const rows = db
      .prepare(`select ${quoted(id)}, ${quoted(code)} from ${quoted(table)}`)
      .raw()
      .all();
    return new Map(rows as [unknown, unknown][]);
  };
  return {
    worker_id: read('workers', ['worker_id', 'code']),
    workstation_id: read('workstations', ['station_id', 'workstation_id', 'code']),
  };
}

function withCodes(row: FactoryRow, ids: KeysByNumber): FactoryRow {
  const codeOf = (name: keyof KeysByNumber) => {
    const value = row[name];
    return typeof value === 'number' ? (ids[name].get(value) ?? value) : value;
  };
  return { ...row, worker_id: codeOf('worker_id'), workstation_id: codeOf('workstation_id') };
}

/** The first of `names` that is there, whatever its case, as it is written there. */
function findName(there: readonly string[], names: readonly string[]): string | undefined {
  for (const name of names) {
    const found = there.find((one) => one.toLowerCase() === name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
