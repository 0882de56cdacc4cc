import type BetterSqlite from 'better-sqlite3';
import { openFastDatabase } from './fast-database.ts';
import { databasePath, type ProductPlaces } from './product.ts';

const workers = 20;
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** A long history reaches so far back. */
const historyDays = 60;
/** Both histories hold the last hours alike: one event of a worker every three minutes. */
const recentMs = 25 * hourMs;
const recentStepMs = 3 * minuteMs;

/**
 * Writes a database as the product would have made it of so many events: twenty workers at twenty workstations, every fourth
 * event a state and the others units, with the segments and sums that follow from them.
 */
export async function fillActivity(places: ProductPlaces, count: number): Promise<void> {
  const database = await openFastDatabase(databasePath(places));
  database.exec(`
    insert into sites (id, name, title, time_zone, created_at) values (1, 'main', '', 'UTC', 0);
    with recursive numbers(i) as (select 1 union all select i + 1 from numbers where i < ${workers})
      insert into workers (id, site_id, code, name, created_at) select i, 1, 'W' || i, 'Worker ' || i, 0 from numbers;
    with recursive numbers(i) as (select 1 union all select i + 1 from numbers where i < ${workers})
      insert into stations (id, site_id, name, created_at, is_inspected) select i, 1, 'Workstation ' || i, 0, 0 from numbers;
    insert into station_aliases (site_id, source, external_name, station_id, created_at)
      select 1, 'events', 'S' || id, id, 0 from stations;`);
  const indexes = database
    .prepare(
      `select name, sql from sqlite_schema where type = 'index' and sql is not null and tbl_name like 'activity_%'`,
    )
    .all() as { name: string; sql: string }[];
  for (const { name } of indexes) database.exec(`drop index ${name}`);
  const endAt = Math.floor(Date.now() / hourMs) * hourMs;
  const recent = (recentMs / recentStepMs) * workers;
  insertEvents(database, { startAt: endAt - recentMs, stepMs: recentStepMs, count: Math.min(count, recent) });
  if (count > recent) {
    const span = historyDays * dayMs;
    const older = count - recent;
    // Whole seconds, so that no segment crosses an hour.
    const stepMs = Math.max(1_000, Math.floor((span * workers) / older / 1_000) * 1_000);
    insertEvents(database, { startAt: endAt - recentMs - span, stepMs, count: older });
  }
  for (const { sql } of indexes) database.exec(sql);
  rollUp(database);
  database.pragma('journal_mode = wal');
  database.close();
}

/** Evenly over the time; a state lasts until the next one of its worker, or the end of its hour. */
function insertEvents(
  database: BetterSqlite.Database,
  values: { startAt: number; stepMs: number; count: number },
): void {
  database
    .prepare(
      `with recursive numbers(i) as (select 0 union all select i + 1 from numbers where i + 1 < @count)
      insert into activity_events (station_id, worker_id, kind, at, confidence, count, key, received_at)
      select i % ${workers} + 1, i % ${workers} + 1,
        case when i / ${workers} % 4 > 0 then 'product_count' when i / ${workers} % 8 = 0 then 'working' else 'idle' end,
        cast(@startAt + i / ${workers} * @stepMs as integer), 0.9, i / ${workers} % 4 > 0,
        printf('%012d%012d', @startAt / 60000, i),
        cast(@startAt + i / ${workers} * @stepMs as integer) from numbers`,
    )
    .run(values);
}

function rollUp(database: BetterSqlite.Database): void {
  const sums = `sum(working_ms), sum(idle_ms), sum(absent_ms), sum(planned_working_ms), sum(planned_idle_ms),
    sum(planned_absent_ms), sum(units), sum(events)`;
  database.exec(`
    insert into activity_segments (station_id, worker_id, start_at, end_at, state, is_planned)
      select station_id, worker_id, at, min(coalesce(next_at, at + ${minuteMs}), (at / ${hourMs} + 1) * ${hourMs}), kind,
        at / ${hourMs} % 24 between 8 and 16 from (select station_id, worker_id, at, kind,
          lead(at) over (partition by worker_id order by at) as next_at from activity_events where kind <> 'product_count');
    insert into activity_roll_ups (level, start_at, station_id, worker_id, working_ms, planned_working_ms, idle_ms,
        planned_idle_ms, absent_ms, planned_absent_ms, units, events)
      select 0, hour, s.station_id, s.worker_id, working, planned_working, idle, planned_idle, 0, 0, units, events from
        (select start_at / ${hourMs} * ${hourMs} as hour, station_id, worker_id,
          sum((state = 'working') * (end_at - start_at)) as working,
          sum((state = 'working') * is_planned * (end_at - start_at)) as planned_working,
          sum((state = 'idle') * (end_at - start_at)) as idle,
          sum((state = 'idle') * is_planned * (end_at - start_at)) as planned_idle
          from activity_segments group by hour, station_id, worker_id) s
        join (select at / ${hourMs} * ${hourMs} as at_hour, worker_id, sum(count) as units, count(*) as events
          from activity_events group by at_hour, worker_id) e on e.at_hour = s.hour and e.worker_id = s.worker_id;
    insert into activity_segments (station_id, worker_id, start_at, end_at, state, is_planned)
      select station_id, 0, start_at, end_at, state, is_planned from activity_segments;
    insert into activity_roll_ups (level, start_at, station_id, worker_id, working_ms, idle_ms, absent_ms,
        planned_working_ms, planned_idle_ms, planned_absent_ms, units, events)
      select 0, start_at, station_id, 0, ${sums} from activity_roll_ups where level = 0 group by start_at, station_id;
    insert into activity_roll_ups (level, start_at, station_id, worker_id, working_ms, idle_ms, absent_ms,
        planned_working_ms, planned_idle_ms, planned_absent_ms, units, events)
      select 1, start_at / ${dayMs} * ${dayMs} as day, station_id, worker_id, ${sums} from activity_roll_ups
      where level = 0 group by day, station_id, worker_id;
    insert into activity_roll_ups (level, start_at, station_id, worker_id, working_ms, idle_ms, absent_ms,
        planned_working_ms, planned_idle_ms, planned_absent_ms, units, events)
      select 2, start_at / ${32 * dayMs} * ${32 * dayMs} as span, station_id, worker_id, ${sums} from activity_roll_ups
      where level = 1 group by span, station_id, worker_id;`);
}
