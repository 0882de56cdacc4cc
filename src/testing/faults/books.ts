import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import BetterSqlite from 'better-sqlite3';

/** One inspection as the database file holds it. `file` is its path below the watched folder. */
export type BookedRow = {
  id: number;
  file: string;
  verdict: 'OK' | 'NG' | null;
  capturedAt: number;
  sequence: number | null;
  missingAt: number | null;
  revision: number;
};

/** Reads a database file past the product, so that the product's own word is not its witness. */
export function readRows(dbPath: string): BookedRow[] {
  return withDatabase(
    dbPath,
    (db) =>
      db
        .prepare(
          `select i.id, case d.path when '' then i.name else d.path || '/' || i.name end as file, i.verdict,
             i.captured_at as capturedAt, i.sequence, i.missing_at as missingAt, i.revision
           from inspections i join directories d on d.id = i.directory_id`,
        )
        .all() as BookedRow[],
  );
}

/** Activity events by their senders' ids, one a row, with what was sent of each. */
export function readEvents(dbPath: string): { eventId: string; at: number; count: number }[] {
  return withDatabase(
    dbPath,
    (db) =>
      db
        .prepare('select event_id as eventId, at, count from activity_events order by event_id')
        .all() as ReturnType<typeof readEvents>,
  );
}

export function countRows(dbPath: string): number {
  return withDatabase(dbPath, (db) => db.prepare('select count(*) from inspections').pluck().get() as number);
}

/** What does not add up: buckets whose counts are not those of their inspections, and damage of the file itself. */
export function findBookFaults(dbPath: string): string[] {
  return withDatabase(dbPath, (db) => [
    ...findBucketFaults(db, 'inspection_minutes', 60_000),
    ...findBucketFaults(db, 'inspection_hours', 3_600_000),
    ...(db.pragma('quick_check(5)') as { quick_check: string }[])
      .map((row) => row.quick_check)
      .filter((text) => text !== 'ok'),
  ]);
}

function findBucketFaults(db: BetterSqlite.Database, table: string, bucketMs: number): string[] {
  const counted = `
    select captured_at / ${bucketMs} * ${bucketMs} as start_at, station_id, part_id, sum(verdict is 'OK') as ok,
      sum(verdict is 'NG') as ng, sum(verdict is null) as unmatched
    from inspections group by 1, 2, 3`;
  const kept = `select start_at, station_id, part_id, ok, ng, unmatched from ${table} where ok or ng or unmatched`;
  const differences = [
    ...db.prepare(`select '${table} lacks' as fault, * from (${counted} except ${kept}) limit 3`).all(),
    ...db
      .prepare(`select '${table} has too much' as fault, * from (${kept} except ${counted}) limit 3`)
      .all(),
  ];
  return differences.map((row) => JSON.stringify(row));
}

function withDatabase<T>(dbPath: string, read: (db: BetterSqlite.Database) => T): T {
  const db = new BetterSqlite(dbPath, { readonly: true });
  try {
    return read(db);
  } finally {
    db.close();
  }
}

/** Files below a folder, by path below it, sorted. */
export function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}
