import { type AnyColumn, and, asc, count, getTableColumns, getTableName, type SQL, sql } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { AppError } from '../kernel/errors.ts';
import type { Db } from '../schema/db.ts';

const rowsPerPage = 1_000;
/** Sums are of remainders modulo this prime, so that the times of ten million rows add up exactly. */
const sumPrime = 1_000_003;

/**
 * Copies every row of a database into an empty one of any type and verifies that the number of rows and the sums of every
 * column are equal. Returns the number of rows of each table.
 *
 * @throws AppError 'conflict' when the target is not empty, 'internal' when the sums differ.
 */
export async function copyDatabase(
  from: Db,
  to: Db,
  onTable: (name: string, rows: number) => void,
): Promise<Map<string, number>> {
  const names = Object.keys(to.tables).filter((name) => isTable(from, name)) as (keyof Db['tables'])[];
  for (const name of names) await refuseFilled(to, to.tables[name]);
  const rows = new Map<string, number>();
  for (const name of names) {
    await copyTable(from, to, name);
    if (to.dialect === 'postgres') await raiseCounter(to, to.tables[name]);
    const [before, after] = [await describe(from, from.tables[name]), await describe(to, to.tables[name])];
    if (JSON.stringify(before) !== JSON.stringify(after)) throw difference(name, before, after);
    rows.set(name, before.rows ?? 0);
    onTable(name, before.rows ?? 0);
  }
  return rows;
}

/** The module of a schema also exports other things than tables. */
function isTable(db: Db, name: string): boolean {
  return typeof (db.tables as Record<string, unknown>)[name] === 'object';
}

async function refuseFilled(db: Db, table: SQLiteTable): Promise<void> {
  const [some] = await db.read.select({ rows: count() }).from(table);
  if (some?.rows === 0) return;
  throw new AppError(
    'conflict',
    `The table ${getTableName(table)} of the target has ${some?.rows} rows already. Copy into an empty database: delete it, create it anew, and try again.`,
  );
}

async function copyTable(from: Db, to: Db, name: keyof Db['tables']): Promise<void> {
  const [source, target] = [from.tables[name] as SQLiteTable, to.tables[name] as SQLiteTable];
  const keys = keysOf(source);
  const order = keys.map(([, column]) => asc(column));
  let after: SQL | undefined;
  for (;;) {
    const page = await from.read
      .select()
      .from(source)
      .where(and(after))
      .orderBy(...order)
      .limit(rowsPerPage);
    if (page.length > 0) await to.tx((q) => q.insert(target).values(page as never));
    const last = page.at(-1) as Record<string, unknown> | undefined;
    if (last === undefined || page.length < rowsPerPage) return;
    const columns = sql.join(
      keys.map(([, column]) => sql`${column}`),
      sql`, `,
    );
    const values = sql.join(
      keys.map(([key]) => sql`${last[key]}`),
      sql`, `,
    );
    after = sql`(${columns}) > (${values})`;
  }
}

/** The columns that identify a row: the id, or start, station and part of counts. */
function keysOf(table: SQLiteTable): [string, AnyColumn][] {
  const columns = Object.entries(getTableColumns(table)) as [string, AnyColumn][];
  const primary = columns.filter(([, column]) => column.primary);
  return primary.length > 0
    ? primary
    : columns.filter(([name]) => ['startAt', 'stationId', 'partId'].includes(name));
}

/** Sets PostgreSQL's sequences, which ignore ids that were inserted explicitly. */
async function raiseCounter(db: Db, table: SQLiteTable): Promise<void> {
  if (!('id' in getTableColumns(table))) return;
  const name = getTableName(table);
  const raise = sql`setval(pg_get_serial_sequence(${name}, 'id'), coalesce((select max(id) from ${table}), 1), (select count(*) > 0 from ${table}))`;
  await db.tx(async (q) => {
    await q.select({ raised: raise }).from(sql`(select 1) as one`);
  });
}

async function describe(db: Db, table: SQLiteTable): Promise<Record<string, number>> {
  const sums: Record<string, SQL> = { rows: sql`count(*)`.mapWith(Number) };
  for (const [name, column] of Object.entries(getTableColumns(table)) as [string, AnyColumn][]) {
    const sum = sumOf(db, column);
    if (sum) sums[name] = sum.mapWith(Number);
  }
  const [row] = await db.read.select(sums).from(table);
  return row as Record<string, number>;
}

function sumOf({ dialect }: Db, column: AnyColumn): SQL | undefined {
  // Fractions have no remainder in PostgreSQL: their millionths are added.
  if (/Real|Double/.test(column.columnType)) return sql`coalesce(sum(round(${column} * 1000000)), 0)`;
  if (column.dataType === 'number') return sql`coalesce(sum(${column} % ${sql.raw(String(sumPrime))}), 0)`;
  if (column.dataType !== 'string') return undefined;
  const length = sql.raw(dialect === 'mysql' ? 'char_length' : 'length');
  return sql`coalesce(sum(${length}(${column})), 0)`;
}

function difference(name: string, before: Record<string, number>, after: Record<string, number>): AppError {
  const differing = Object.keys(before).filter((column) => before[column] !== after[column]);
  return new AppError(
    'internal',
    `The table ${name} is not the same on both sides (${differing.join(', ')}). The source is as it was; delete the target, create it anew, and try again with the program stopped.`,
  );
}
