import { type AnyColumn, sql } from 'drizzle-orm';
import type { Queryable } from '../../kernel/db/database.ts';
import { excluded, upsert } from '../../kernel/db/write.ts';
import { hourMs, minuteMs } from '../../kernel/time/durations.ts';
import { noCounts, type VerdictCounts } from '../../plant/yield.ts';
import type { Db } from '../../schema/db.ts';
import { type CountedImage, furtherChanges, type ImageChange } from './unit-counts.ts';

type CountRow = { startAt: number; stationId: number; partId: number } & VerdictCounts;
type CountKey = Exclude<keyof CountRow, 'startAt' | 'stationId' | 'partId'>;

/** One more (+1) or one less (−1) in the bucket of an instant. */
type Step = { stationId: number; partId: number; capturedAt: number; key: CountKey; by: number };

function stepsOf({ before, after }: ImageChange): Step[] {
  const steps: Step[] = [];
  if (before) steps.push(stepOf(before, -1));
  if (after) steps.push(stepOf(after, 1));
  return steps;
}

function stepOf({ stationId, partId, capturedAt, verdict, word }: CountedImage, by: 1 | -1): Step {
  const key = verdict === 'OK' ? 'ok' : verdict === 'NG' ? 'ng' : word === null ? 'unmatched' : 'undecided';
  return { stationId, partId, capturedAt, key, by };
}

/** Sums steps by bucket, station and part, so that a batch of a thousand images writes a few rows. */
function sumSteps(steps: readonly Step[], bucketMs: number): CountRow[] {
  const rows = new Map<string, CountRow>();
  const rowOf = (startAt: number, stationId: number, partId: number): CountRow => {
    const key = `${startAt}:${stationId}:${partId}`;
    const row = rows.get(key) ?? { startAt, stationId, partId, ...noCounts };
    rows.set(key, row);
    return row;
  };
  let row: CountRow | undefined;
  for (const { stationId, partId, capturedAt, key, by } of steps) {
    const startAt = Math.floor(capturedAt / bucketMs) * bucketMs;
    // Steps are ordered by time, so the row is almost always the previous one.
    const isSame = row?.startAt === startAt && row.stationId === stationId && row.partId === partId;
    if (!row || !isSame) row = rowOf(startAt, stationId, partId);
    row[key] += by;
  }
  return [...rows.values()];
}

type Upsert = { execute(row: CountRow): Promise<unknown> };
/** Prepared once a connection: building the statement costs as much as writing the thousand images it counts. */
const prepared = new WeakMap<Queryable, { minutes: Upsert; hours: Upsert }>();

/**
 * Updates the minute and hour counts, in the transaction that writes the inspections and after the rows are written.
 * Images with a view or serial number need their ids.
 */
export async function applyToRollUps(db: Db, q: Queryable, changes: readonly ImageChange[]): Promise<void> {
  const steps = changes.flatMap(stepsOf);
  for (const { verdict, ...further } of await furtherChanges(db, q, changes)) {
    steps.push({ ...further, key: verdict === 'OK' ? 'furtherOk' : 'furtherNg' });
  }
  if (steps.length === 0) return;
  if (db.dialect !== 'sqlite') {
    await upsertAsSet(db, q, db.tables.inspectionMinutes, sumSteps(steps, minuteMs));
    await upsertAsSet(db, q, db.tables.inspectionHours, sumSteps(steps, hourMs));
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
  for (const row of sumSteps(steps, minuteMs)) await upserts.minutes.execute(row);
  for (const row of sumSteps(steps, hourMs)) await upserts.hours.execute(row);
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
      furtherOk: plus(table.furtherOk),
      furtherNg: plus(table.furtherNg),
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
      furtherOk: value('furtherOk'),
      furtherNg: value('furtherNg'),
    })
    .onConflictDoUpdate({
      target: [table.startAt, table.stationId, table.partId],
      set: {
        ok: sql`${table.ok} + excluded.ok`,
        ng: sql`${table.ng} + excluded.ng`,
        unmatched: sql`${table.unmatched} + excluded.unmatched`,
        undecided: sql`${table.undecided} + excluded.undecided`,
        furtherOk: sql`${table.furtherOk} + excluded.further_ok`,
        furtherNg: sql`${table.furtherNg} + excluded.further_ng`,
      },
    })
    .prepare();
}
