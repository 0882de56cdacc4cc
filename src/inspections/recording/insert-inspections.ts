import type BetterSqlite from 'better-sqlite3';
import { and, eq, gte, lt, type SQL, sql } from 'drizzle-orm';
import type { Queryable } from '../../kernel/db/database.ts';
import type { Db } from '../../schema/db.ts';
import type { KnownFolder } from './folders.ts';
import type { FoundImage } from './found-images.ts';

/**
 * Inserts inspections in bulk and returns, for each file, whether its row is new; a row of the same file or unit that
 * exists is left unchanged. Runs inside a transaction. The SQL differs by dialect.
 */
export type InsertInspections = (
  q: Queryable,
  folder: KnownFolder,
  files: readonly FoundImage[],
  foundAt: number,
) => Promise<boolean[]>;

export function createInsertInspections(db: Db): InsertInspections {
  if (db.sqlite) return insertByStatement(db.sqlite.writer);
  return db.dialect === 'mysql' ? insertIgnore(db) : insertFromArrays(db);
}

/** Measured: 2.3 µs a row, against 2.9 µs with one statement a row and 9 µs through the query builder. */
const rowsPerStatement = 50;
const columns =
  'directory_id, name, station_id, part_id, captured_at, verdict, sequence, size_bytes, modified_at, found_at';
const columnCount = 10;
const row = `(${Array(columnCount).fill('?').join(', ')})`;

/**
 * SQLite: many rows in one statement, then one by one those it skipped. The first statement is `or ignore` because one
 * that a constraint may still roll back keeps a statement journal, which costs as much as the bulk insert saves.
 */
function insertByStatement(writer: BetterSqlite.Database): InsertInspections {
  const rows = Array(rowsPerStatement).fill(row).join(', ');
  const many = writer.prepare(`insert or ignore into inspections (${columns}) values ${rows}`);
  const one = writer.prepare(`insert into inspections (${columns}) values ${row} on conflict do nothing`);
  const namesFrom = writer.prepare('select name from inspections where id >= ?').pluck();

  /** Which of these files are new: all of them, or those with the last ids, because ids ascend. */
  function insertMany(files: readonly FoundImage[], values: readonly unknown[]): boolean[] {
    const { changes, lastInsertRowid } = many.run(values);
    if (changes === files.length) return files.map(() => true);
    const names = new Set(changes === 0 ? [] : namesFrom.all(Number(lastInsertRowid) - changes + 1));
    return files.map(({ name }) => names.delete(name));
  }

  return async (_q, folder, files, foundAt) => {
    const isNew: boolean[] = [];
    for (let from = 0; from < files.length; from += rowsPerStatement) {
      const some = files.slice(from, from + rowsPerStatement);
      const values = valuesOf(folder, some, foundAt);
      const done = some.length === rowsPerStatement ? insertMany(some, values) : [];
      for (const [i] of some.entries()) {
        isNew.push(done[i] || one.run(values.slice(i * columnCount, (i + 1) * columnCount)).changes === 1);
      }
    }
    return isNew;
  };
}

/** The values of all files as one list, in the order of `columns`. */
function valuesOf(
  { id, stationId, partId }: KnownFolder,
  files: readonly FoundImage[],
  foundAt: number,
): unknown[] {
  const values: unknown[] = [];
  for (const { name, capturedAt, verdict, sequence, sizeBytes, modifiedAt } of files) {
    values.push(id, name, stationId, partId, capturedAt, verdict, sequence, sizeBytes, modifiedAt, foundAt);
  }
  return values;
}

/** PostgreSQL: one statement a batch with one array a column; ten parameters instead of ten thousand. */
function insertFromArrays(db: Db): InsertInspections {
  const { inspections } = db.tables;
  return async (q, { id, stationId, partId }, files, foundAt) => {
    if (files.length === 0) return [];
    const list = (key: keyof FoundImage) => sql.param(files.map((file) => file[key]));
    const { rows } = await (q as unknown as PostgresQuery).execute(sql`
      insert into ${inspections} (directory_id, name, station_id, part_id, captured_at, verdict, sequence, size_bytes, modified_at, found_at)
      select ${id}::bigint, name, ${stationId}::bigint, ${partId}::bigint, captured_at, verdict, sequence, size_bytes, modified_at, ${foundAt}::bigint
      from unnest(${list('name')}::text[], ${list('capturedAt')}::bigint[], ${list('verdict')}::text[],
        ${list('sequence')}::bigint[], ${list('sizeBytes')}::bigint[], ${list('modifiedAt')}::bigint[])
        as found (name, captured_at, verdict, sequence, size_bytes, modified_at)
      on conflict do nothing returning name`);
    return markNew(files, rows);
  };
}

type PostgresQuery = { execute(query: SQL): Promise<{ rows: { name: string }[] }> };

/**
 * MySQL: one statement a batch, which returns the first id and the number of rows inserted. When rows were skipped, the
 * range of ids reserved for the statement shows which ones were inserted.
 */
function insertIgnore(db: Db): InsertInspections {
  const { inspections } = db.tables;
  return async (q, folder, files, foundAt) => {
    if (files.length === 0) return [];
    const insert = q.insert(inspections) as unknown as MysqlInsert;
    const [{ insertId, affectedRows }] = await insert.ignore().values(rowsOf(folder, files, foundAt));
    if (affectedRows === files.length) return files.map(() => true);
    if (affectedRows === 0) return files.map(() => false);
    const inserted = await q
      .select({ name: inspections.name })
      .from(inspections)
      .where(
        and(
          gte(inspections.id, insertId),
          lt(inspections.id, insertId + files.length),
          eq(inspections.directoryId, folder.id),
        ),
      );
    return markNew(files, inserted);
  };
}

type MysqlInsert = {
  ignore(): { values(rows: unknown): Promise<[{ insertId: number; affectedRows: number }]> };
};

function rowsOf({ id, stationId, partId }: KnownFolder, files: readonly FoundImage[], foundAt: number) {
  return files.map((file) => ({ ...file, directoryId: id, stationId, partId, foundAt }));
}

/** Of two files with the same name only the first can be new. */
function markNew(files: readonly FoundImage[], inserted: readonly { name: string }[]): boolean[] {
  const names = new Set(inserted.map((row) => row.name));
  return files.map((file) => names.delete(file.name));
}
