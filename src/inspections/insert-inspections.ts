import type BetterSqlite from 'better-sqlite3';
import type { Queryable } from '../kernel/db/database.ts';
import type { Db } from '../schema/db.ts';
import type { KnownFolder } from './folders.ts';
import type { FoundFile } from './found-files.ts';

/**
 * The bulk insert of inspections, the one statement that knows its dialect: rows whose file or unit is already
 * there are left as they are. Answers, for each file, whether its row is new. Runs inside a transaction.
 */
export type InsertInspections = (
  q: Queryable,
  folder: KnownFolder,
  files: readonly FoundFile[],
  foundAt: number,
) => Promise<boolean[]>;

export function createInsertInspections(db: Db): InsertInspections {
  return db.sqlite ? insertOneByOne(db.sqlite.writer) : insertAsSet(db);
}

/** A prepared statement per row is the fastest way into SQLite: measured 3 µs a row against 9 µs through a builder. */
function insertOneByOne(writer: BetterSqlite.Database): InsertInspections {
  const statement = writer.prepare(`
    insert into inspections (directory_id, name, station_id, part_id, captured_at, verdict, sequence, size_bytes, modified_at, found_at)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing`);
  return async (_q, { id, stationId, partId }, files, foundAt) =>
    files.map(
      (file) =>
        statement.run(
          id,
          file.name,
          stationId,
          partId,
          file.capturedAt,
          file.verdict,
          file.sequence,
          file.sizeBytes,
          file.modifiedAt,
          foundAt,
        ).changes === 1,
    );
}

function insertAsSet(db: Db): InsertInspections {
  const { inspections } = db.tables;
  return async (q, folder, files, foundAt) => {
    if (files.length === 0) return [];
    const rows = files.map((file) => ({
      ...file,
      directoryId: folder.id,
      stationId: folder.stationId,
      partId: folder.partId,
      foundAt,
    }));
    const inserted = await q
      .insert(inspections)
      .values(rows)
      .onConflictDoNothing()
      .returning({ name: inspections.name });
    const names = new Set(inserted.map((row) => row.name));
    return files.map((file) => names.delete(file.name));
  };
}
