import { type AnyColumn, sql } from 'drizzle-orm';
import type { Queryable } from '../../kernel/db/database.ts';
import { excluded, upsert } from '../../kernel/db/write.ts';
import { hourMs, minuteMs } from '../../kernel/time/durations.ts';
import type { Verdict } from '../../plant/yield.ts';
import type { Db } from '../../schema/db.ts';

/** One inspection added to (+1) or removed from (−1) the counts. */
export type CountChange = {
  stationId: number;
  partId: number;
  capturedAt: number;
  verdict: Verdict | null;
  /** The verdict's word where it means neither OK nor NG: such an image is undecided. */
  word: string | null;
  by: 1 | -1;
};

type CountRow = {
  startAt: number;
  stationId: number;
  partId: number;
  ok: number;
  ng: number;
  unmatched: number;
  undecided: number;
};

/** Sums changes by bucket, station and part, so that a batch of a thousand images writes a few rows. */
function sumChanges(changes: readonly CountChange[], bucketMs: number): CountRow[] {
  const rows = new Map<string, CountRow>();
  const rowOf = (startAt: number, stationId: number, partId: number): CountRow => {
    const key = `${startAt}:${stationId}:${partId}`;
    const row = rows.get(key) ?? { startAt, stationId, partId, ok: 0, ng: 0, unmatched: 0, undecided: 0 };
    rows.set(key, row);
    return row;
  };
  let row: CountRow | undefined;
  for (const { stationId, partId, capturedAt, verdict, word, by } of changes) {
    const startAt = Math.floor(capturedAt / bucketMs) * bucketMs;
    // Changes are ordered by time, so the row is almost always the previous one.
    const isSame = row?.startAt === startAt && row.stationId === stationId && row.partId === partId;
    if (!row || !isSame) row = rowOf(startAt, stationId, partId);
    if (verdict === 'OK') row.ok += by;
    else if (verdict === 'NG') row.ng += by;
    else if (word !== null) row.undecided += by;
    else row.unmatched += by;
  }
  return [...rows.values()];
}

type Upsert = { execute(row: CountRow): Promise<unknown> };
/** Prepared once a connection: building the statement costs as much as writing the thousand images it counts. */
const prepared = new WeakMap<Queryable, { minutes: Upsert; hours: Upsert }>();

/** Updates the minute and hour counts, in the transaction that writes the inspections. */
export async function applyToRollUps(db: Db, q: Queryable, changes: readonly CountChange[]): Promise<void> {
  if (db.dialect !== 'sqlite') {
    await upsertAsSet(db, q, db.tables.inspectionMinutes, sumChanges(changes, minuteMs));
    await upsertAsSet(db, q, db.tables.inspectionHours, sumChanges(changes, hourMs));
    return;
  }
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

/** One statement, to save round trips to a database server; ordered, so that two processes never deadlock. */
async function upsertAsSet(
  { dialect }: Db,
  q: Queryable,
  table: Db['tables']['inspectionMinutes' | 'inspectionHours'],
  rows: readonly CountRow[],
): Promise<void> {
  const ordered = rows.toSorted(
    (a, b) => a.startAt - b.startAt || a.stationId - b.stationId || a.partId - b.partId,
  );
  const plus = (column: AnyColumn) => sql`${column} + ${excluded(dialect, column)}`;
  await upsert(dialect, q, table as Db['tables']['inspectionMinutes'], ordered, {
    target: [table.startAt, table.stationId, table.partId],
    set: {
      ok: plus(table.ok),
      ng: plus(table.ng),
      unmatched: plus(table.unmatched),
      undecided: plus(table.undecided),
    },
  });
}

function prepareUpsert(
  q: Queryable,
  hoursOrMinutes: Db['tables']['inspectionMinutes' | 'inspectionHours'],
): Upsert {
  // The hour table has one more column, which has a default.
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
      undecided: value('undecided'),
    })
    .onConflictDoUpdate({
      target: [table.startAt, table.stationId, table.partId],
      set: {
        ok: sql`${table.ok} + excluded.ok`,
        ng: sql`${table.ng} + excluded.ng`,
        unmatched: sql`${table.unmatched} + excluded.unmatched`,
        undecided: sql`${table.undecided} + excluded.undecided`,
      },
    })
    .prepare();
}
