import { sql } from 'drizzle-orm';
import type { Queryable } from '../kernel/db/database.ts';
import type { Db } from '../schema/db.ts';
import type { Verdict } from './model.ts';

export const minuteMs = 60_000;
export const hourMs = 3_600_000;

/** One inspection entering (+1) or leaving (−1) the counts. */
export type CountChange = {
  stationId: number;
  partId: number;
  capturedAt: number;
  verdict: Verdict | null;
  by: 1 | -1;
};

type CountRow = {
  startAt: number;
  stationId: number;
  partId: number;
  ok: number;
  ng: number;
  unmatched: number;
};

/** Adds changes up per bucket, station and part, so that a batch of a thousand images costs a few rows. */
export function sumChanges(changes: readonly CountChange[], bucketMs: number): CountRow[] {
  const rows = new Map<string, CountRow>();
  for (const { stationId, partId, capturedAt, verdict, by } of changes) {
    const startAt = Math.floor(capturedAt / bucketMs) * bucketMs;
    const key = `${startAt}:${stationId}:${partId}`;
    let row = rows.get(key);
    if (!row) {
      row = { startAt, stationId, partId, ok: 0, ng: 0, unmatched: 0 };
      rows.set(key, row);
    }
    if (verdict === 'OK') row.ok += by;
    else if (verdict === 'NG') row.ng += by;
    else row.unmatched += by;
  }
  return [...rows.values()];
}

type Upsert = { execute(row: CountRow): Promise<unknown> };
/** Prepared once for each connection: building the statement anew cost as much as writing the thousand images it counts. */
const prepared = new WeakMap<Queryable, { minutes: Upsert; hours: Upsert }>();

/** Brings the minute and hour counts up to date, inside the transaction that writes the facts themselves. */
export async function applyToRollUps(db: Db, q: Queryable, changes: readonly CountChange[]): Promise<void> {
  let upserts = prepared.get(q);
  if (!upserts) {
    upserts = {
      minutes: prepareUpsert(q, db.tables.inspectionMinutes),
      hours: prepareUpsert(q, db.tables.inspectionHours),
    };
    prepared.set(q, upserts);
  }
  for (const row of sumChanges(changes, minuteMs)) await upserts.minutes.execute(row);
  for (const row of sumChanges(changes, hourMs)) await upserts.hours.execute(row);
}

function prepareUpsert(q: Queryable, hoursOrMinutes: Db['tables']['inspectionMinutes' | 'inspectionHours']): Upsert {
  // The two differ only in a column that has a default.
  const table = hoursOrMinutes as Db['tables']['inspectionMinutes'];
  const value = sql.placeholder;
  return q
    .insert(table)
    .values({
      startAt: value('startAt'),
      stationId: value('stationId'),
      partId: value('partId'),
      ok: value('ok'),
      ng: value('ng'),
      unmatched: value('unmatched'),
    })
    .onConflictDoUpdate({
      target: [table.startAt, table.stationId, table.partId],
      set: {
        ok: sql`${table.ok} + excluded.ok`,
        ng: sql`${table.ng} + excluded.ng`,
        unmatched: sql`${table.unmatched} + excluded.unmatched`,
      },
    })
    .prepare();
}
