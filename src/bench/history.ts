import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type BetterSqlite from 'better-sqlite3';
import { openFastDatabase } from './fast-database.ts';
import { databasePath, type ProductPlaces } from './product.ts';

const historyStations = 10;
const partsPerStation = 2;
const units = historyStations * partsPerStation;
const historyDays = 60;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const weekHours = 7 * 24;
/** Inspections of the long history that are younger than an hour; the short one has as many. */
const lastHourShare = 1 / (historyDays * 24);

/**
 * Writes a database as the product would have made it in weeks: ten stations of two models. Both histories show the
 * same cards for every preset range: `short` ones hold each hour of the last week once a model and then the last hour
 * as densely as the long one does.
 */
export async function fillHistory(places: ProductPlaces, inspections: number): Promise<void> {
  const database = await openFastDatabase(databasePath(places));
  writePlant(database, places);
  const endAt = Date.now();
  const isLong = inspections * lastHourShare > weekHours;
  await withoutIndexes(database, () => {
    if (isLong) {
      const span = historyDays * dayMs;
      insertRows(database, { count: inspections, startAt: endAt - span, stepMs: span / inspections });
    } else {
      const thin = Math.min(weekHours * units, inspections / 2);
      const dense = inspections - thin;
      insertRows(database, {
        count: thin,
        startAt: endAt - weekHours * hourMs,
        stepMs: (weekHours * hourMs) / thin,
      });
      insertRows(database, { count: dense, startAt: endAt - hourMs, stepMs: hourMs / dense });
    }
  });
  rollUp(database);
  database.pragma('journal_mode = wal');
  database.close();
}

function writePlant(database: BetterSqlite.Database, { watchDir }: ProductPlaces): void {
  database
    .prepare(`insert into sites (id, name, title, time_zone, created_at) values (1, 'main', '', 'UTC', 0)`)
    .run();
  database
    .prepare('insert into roots (id, site_id, path, created_at) values (1, 1, ?, ?)')
    .run(watchDir, Date.now());
  const addStation = database.prepare(
    'insert into stations (id, site_id, name, created_at) values (?, 1, ?, 0)',
  );
  const addPart = database.prepare('insert into parts (id, name, created_at) values (?, ?, 0)');
  const addLane = database.prepare('insert into station_parts (station_id, part_id) values (?, ?)');
  const addFolder = database.prepare(
    `insert into directories (id, root_id, path, station_id, part_id, modified_at, listed_at, folder_count)
      values (?, 1, ?, ?, ?, ?, ?, 0)`,
  );
  for (let part = 1; part <= partsPerStation; part++) addPart.run(part, `OR-${part}CT`);
  for (let station = 1; station <= historyStations; station++) {
    addStation.run(station, `S${station}`);
    for (let part = 1; part <= partsPerStation; part++) {
      const path = `S${station}/OR-${part}CT`;
      mkdirSync(join(watchDir, path), { recursive: true });
      // Known as it is now, so that the first sweep passes over it.
      const { mtimeMs } = statSync(join(watchDir, path));
      const listedAt = Date.now() + hourMs;
      const id = (station - 1) * partsPerStation + part;
      addLane.run(station, part);
      addFolder.run(id, path, station, part, Math.round(mtimeMs), listedAt);
    }
  }
}

/** Building the indexes at the end takes a fifth of the time. */
async function withoutIndexes(database: BetterSqlite.Database, fill: () => void): Promise<void> {
  const indexes = database
    .prepare(
      `select name, sql from sqlite_schema where tbl_name = 'inspections' and type = 'index' and sql is not null`,
    )
    .all() as { name: string; sql: string }[];
  for (const { name } of indexes) database.exec(`drop index ${name}`);
  fill();
  for (const { sql } of indexes) {
    database.exec(sql);
    // Ctrl-C gets its turn.
    await new Promise(setImmediate);
  }
}

/** One unit after the other, one inspection each, evenly over the time; every twentieth or so is NG. */
function insertRows(
  database: BetterSqlite.Database,
  { count, startAt, stepMs }: { count: number; startAt: number; stepMs: number },
): void {
  database
    .prepare(
      `with recursive numbers(i) as (select 0 union all select i + 1 from numbers where i + 1 < @count),
        facts as (select i, i % ${units} as unit, i / ${units} + 1 as sequence,
          cast(@startAt + i * @stepMs as integer) as at,
          case when (i * 2654435761) % 4294967296 < 214748365 then 'NG' else 'OK' end as verdict from numbers)
      insert into inspections (directory_id, name, station_id, part_id, captured_at, verdict, sequence, size_bytes, modified_at, found_at)
      select unit + 1, verdict || strftime('-%Y%m%d-%H%M%S-', at / 1000, 'unixepoch') || sequence || '.jpg',
        unit / ${partsPerStation} + 1, unit % ${partsPerStation} + 1, at, verdict, sequence, 4, at, at from facts`,
    )
    .run({ count, startAt, stepMs });
}

function rollUp(database: BetterSqlite.Database): void {
  const sums = `sum(verdict = 'OK'), sum(verdict = 'NG'), 0`;
  database.exec(`
    insert into inspection_minutes (start_at, station_id, part_id, ok, ng, unmatched)
      select captured_at / 60000 * 60000 as minute, station_id, part_id, ${sums}
      from inspections group by minute, station_id, part_id;
    insert into inspection_hours (start_at, station_id, part_id, ok, ng, unmatched, checked_count)
      select start_at / 3600000 * 3600000 as hour, station_id, part_id, sum(ok), sum(ng), 0, sum(ok + ng)
      from inspection_minutes group by hour, station_id, part_id;
    update directories set file_count = (select count(*) from inspections where directory_id = directories.id);`);
}
