import type BetterSqlite from 'better-sqlite3';
import { and, eq, gte, lt, type SQL, sql } from 'drizzle-orm';
import type { Queryable } from '../../kernel/db/database.ts';
import type { Db } from '../../schema/db.ts';
import type { FoundImage } from './found-images.ts';

/** The folder, station and model of the files to insert. */
export type ImageLane = { directoryId: number; stationId: number; partId: number };

/**
 * Inserts inspections in bulk and returns, for each file, whether its row is new; a row of the same file that exists is
 * left unchanged. Runs inside a transaction. The SQL differs by dialect.
 */
export type InsertInspections = (
  q: Queryable,
  lane: ImageLane,
  files: readonly FoundImage[],
  foundAt: number,
) => Promise<boolean[]>;

export function createInsertInspections(db: Db): InsertInspections {
  if (db.sqlite) return insertByStatement(db, db.sqlite.writer);
  return db.dialect === 'mysql' ? insertIgnore(db) : insertFromArrays(db);
}

/** Columns that all files of a batch share, and columns of each file. */
const laneKeys = ['directoryId', 'stationId', 'partId', 'foundAt'] as const;
const fileKeys = [
  'name',
  'capturedAt',
  'namedAt',
  'verdict',
  'word',
  'sequence',
  'view',
  'unit',
  'sizeBytes',
  'modifiedAt',
  'inode',
] as const satisfies readonly (keyof FoundImage)[];
const columnCount = laneKeys.length + fileKeys.length;

function columnNames({ tables }: Db): string[] {
  return [...laneKeys, ...fileKeys].map((key) => tables.inspections[key].name);
}

/** The values of a file in the order of `laneKeys` and `fileKeys`. */
function pushValues(
  values: unknown[],
  { directoryId, stationId, partId }: ImageLane,
  foundAt: number,
  file: FoundImage,
): void {
  values.push(directoryId, stationId, partId, foundAt);
  values.push(file.name, file.capturedAt, file.namedAt, file.verdict, file.word, file.sequence);
  values.push(file.view, file.unit, file.sizeBytes, file.modifiedAt, file.inode);
}

/** Measured: half the time of one statement a row, a fifth of the query builder's. */
const rowsPerStatement = 50;
const row = `(${Array(columnCount).fill('?').join(', ')})`;

/**
 * SQLite: many rows in one statement, then one by one those it skipped. The first statement is `or ignore` because one
 * that a constraint may still roll back keeps a statement journal, which costs as much as the bulk insert saves.
 */
function insertByStatement(db: Db, writer: BetterSqlite.Database): InsertInspections {
  const columns = columnNames(db).join(', ');
  const rows = Array(rowsPerStatement).fill(row).join(', ');
  const many = writer.prepare(`insert or ignore into inspections (${columns}) values ${rows}`);
  const one = writer.prepare(`insert into inspections (${columns}) values ${row} on conflict do nothing`);
  const namesFrom = writer.prepare('select name from inspections where id >= ?').pluck();
  // As `nextKeptId` has it; asked for every batch, in two microseconds.
  const nextKeptId = writer
    .prepare(
      `select max(position) + 1 from repairs where name = 'inspectionIds'
       having max(position) > (select coalesce(max(id), 0) from inspections)`,
    )
    .pluck();
  const withId = writer.prepare(
    `insert into inspections (${columns}, id) values ${row.replace(/\)$/, ', ?)')} on conflict do nothing`,
  );

  /** Which of these files are new: all of them, or those with the last ids, because ids ascend. */
  function insertMany(files: readonly FoundImage[], values: readonly unknown[]): boolean[] {
    const { changes, lastInsertRowid } = many.run(values);
    if (changes === files.length) return files.map(() => true);
    const names = new Set(changes === 0 ? [] : namesFrom.all(Number(lastInsertRowid) - changes + 1));
    return files.map(({ name }) => names.delete(name));
  }

  /** Gives the first new file an id that no removed row had; answers, for each file tried, whether it is new. */
  function insertFirst(lane: ImageLane, files: readonly FoundImage[], foundAt: number): boolean[] {
    const id = nextKeptId.get();
    const isNew: boolean[] = [];
    while (id !== undefined && isNew.length < files.length && !isNew.includes(true)) {
      const values: unknown[] = [];
      pushValues(values, lane, foundAt, files[isNew.length]!);
      isNew.push(withId.run(...values, id).changes === 1);
    }
    return isNew;
  }

  return async (_q, lane, files, foundAt) => {
    const isNew = insertFirst(lane, files, foundAt);
    for (let from = isNew.length; from < files.length; from += rowsPerStatement) {
      const some = files.slice(from, from + rowsPerStatement);
      const values: unknown[] = [];
      for (const file of some) pushValues(values, lane, foundAt, file);
      const done = some.length === rowsPerStatement ? insertMany(some, values) : [];
      for (const [i] of some.entries()) {
        isNew.push(done[i] || one.run(values.slice(i * columnCount, (i + 1) * columnCount)).changes === 1);
      }
    }
    return isNew;
  };
}

/** PostgreSQL: one statement a batch with one array a column, instead of ten thousand parameters. */
function insertFromArrays(db: Db): InsertInspections {
  const { inspections } = db.tables;
  const columns = sql.raw(columnNames(db).join(', '));
  const fileColumns = sql.raw(fileKeys.map((key) => inspections[key].name).join(', '));
  const arrayOf = (files: readonly FoundImage[], key: (typeof fileKeys)[number]) =>
    sql`${sql.param(files.map((file) => file[key]))}::${sql.raw(inspections[key].getSQLType())}[]`;
  return async (q, { directoryId, stationId, partId }, files, foundAt) => {
    if (files.length === 0) return [];
    const shared = sql.join(
      [directoryId, stationId, partId, foundAt].map((value) => sql`${value}::bigint`),
      sql`, `,
    );
    const arrays = sql.join(
      fileKeys.map((key) => arrayOf(files, key)),
      sql`, `,
    );
    const { rows } = await (q as unknown as PostgresQuery).execute(sql`
      insert into ${inspections} (${columns})
      select ${shared}, found.* from unnest(${arrays}) as found (${fileColumns})
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
  return async (q, lane, files, foundAt) => {
    if (files.length === 0) return [];
    const insert = q.insert(inspections) as unknown as MysqlInsert;
    const rows = files.map((file) => rowOf(file, lane, foundAt));
    const [{ insertId, affectedRows }] = await insert.ignore().values(rows);
    if (affectedRows === files.length) return files.map(() => true);
    if (affectedRows === 0) return files.map(() => false);
    const inserted = await q
      .select({ name: inspections.name })
      .from(inspections)
      .where(
        and(
          gte(inspections.id, insertId),
          lt(inspections.id, insertId + files.length),
          eq(inspections.directoryId, lane.directoryId),
        ),
      );
    return markNew(files, inserted);
  };
}

type MysqlInsert = {
  ignore(): { values(rows: unknown): Promise<[{ insertId: number; affectedRows: number }]> };
};

/** The row of a new file, as the query builder takes it. */
function rowOf(file: FoundImage, { directoryId, stationId, partId }: ImageLane, foundAt: number) {
  return { ...file, directoryId, stationId, partId, foundAt };
}

/** Of two files with the same name only the first can be new. */
function markNew(files: readonly FoundImage[], inserted: readonly { name: string }[]): boolean[] {
  const names = new Set(inserted.map((row) => row.name));
  return files.map((file) => names.delete(file.name));
}
