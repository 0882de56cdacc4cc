import { and, asc, desc, eq, gt, gte, isNotNull, lt, ne, sql } from 'drizzle-orm';
import type { Db } from '../schema/db.ts';
import { hourMs } from './roll-ups.ts';
import { findSequenceGaps, SEQUENCE_CONTEXT_ROWS, type SequenceRow } from './sequence-gaps.ts';

/** Hours looked at in one go; the rest waits for the next. */
const hoursPerRun = 60;
const rowsPerPage = 2_000;
/** More COUNTs than this in one hour of one part are not a counter any more. */
const maxRowsPerHour = 200_000;
/** Says "look again, but the hours after this one are not concerned". */
const lookAgain = -1;

type Hour = { startAt: number; stationId: number; partId: number; total: number; checkedCount: number };

/**
 * Derives missing and repeated COUNTs for every hour whose number of images is not the one last checked. The mark is
 * a row's, so that a check cut short is done again. Answers how many hours were looked at; fewer than `hoursPerRun`
 * means nothing is left.
 */
export async function checkSequences(db: Db): Promise<{ checked: number; isDone: boolean }> {
  const hours = await listUncheckedHours(db);
  for (const hour of hours) await checkHour(db, hour);
  return { checked: hours.length, isDone: hours.length < hoursPerRun };
}

async function listUncheckedHours(db: Db): Promise<Hour[]> {
  const { inspectionHours: hours } = db.tables;
  const total = sql<number>`${hours.ok} + ${hours.ng} + ${hours.unmatched}`;
  return db.read
    .select({
      startAt: hours.startAt,
      stationId: hours.stationId,
      partId: hours.partId,
      total: total.mapWith(Number),
      checkedCount: hours.checkedCount,
    })
    .from(hours)
    .where(ne(hours.checkedCount, total))
    .orderBy(desc(hours.startAt))
    .limit(hoursPerRun);
}

async function checkHour(db: Db, hour: Hour): Promise<void> {
  const { sequenceGaps, inspectionHours: hours } = db.tables;
  const endAt = hour.startAt + hourMs;
  const rows = await readHour(db, hour);
  const before = (await readNeighbours(db, hour, 'before')).reverse();
  const after = await readNeighbours(db, hour, 'after');
  const findings = findSequenceGaps(rows, { before, after });
  const sameHour = and(
    eq(sequenceGaps.stationId, hour.stationId),
    eq(sequenceGaps.partId, hour.partId),
    eq(sequenceGaps.hourAt, hour.startAt),
  );
  const samePart = and(eq(hours.stationId, hour.stationId), eq(hours.partId, hour.partId));
  await db.tx(async (q) => {
    await q.delete(sequenceGaps).where(sameHour);
    const { stationId, partId, startAt: hourAt } = hour;
    for (const finding of findings) {
      await q.insert(sequenceGaps).values({ ...finding, stationId, partId, hourAt });
    }
    await q
      .update(hours)
      .set({ checkedCount: hour.total })
      .where(and(samePart, eq(hours.startAt, hour.startAt)));
    if (hour.checkedCount === lookAgain) return;
    const [next] = await q
      .select({ startAt: hours.startAt })
      .from(hours)
      .where(and(samePart, gte(hours.startAt, endAt), gt(hours.checkedCount, 0)))
      .orderBy(asc(hours.startAt))
      .limit(1);
    if (next) {
      await q
        .update(hours)
        .set({ checkedCount: lookAgain })
        .where(and(samePart, eq(hours.startAt, next.startAt)));
    }
  });
}

async function readHour(db: Db, hour: Hour): Promise<SequenceRow[]> {
  const { inspections } = db.tables;
  const rows: SequenceRow[] = [];
  for (let offset = 0; offset < maxRowsPerHour; offset += rowsPerPage) {
    const page = await db.read
      .select({ capturedAt: inspections.capturedAt, sequence: inspections.sequence })
      .from(inspections)
      .where(
        and(
          sameUnits(db, hour),
          gte(inspections.capturedAt, hour.startAt),
          lt(inspections.capturedAt, hour.startAt + hourMs),
        ),
      )
      .orderBy(asc(inspections.capturedAt), asc(inspections.sequence))
      .limit(rowsPerPage)
      .offset(offset);
    rows.push(...(page as SequenceRow[]));
    if (page.length < rowsPerPage) break;
    await new Promise(setImmediate);
  }
  return rows;
}

async function readNeighbours(db: Db, hour: Hour, side: 'before' | 'after'): Promise<SequenceRow[]> {
  const { inspections } = db.tables;
  const isBefore = side === 'before';
  const time = isBefore
    ? lt(inspections.capturedAt, hour.startAt)
    : gte(inspections.capturedAt, hour.startAt + hourMs);
  const by = isBefore ? desc : asc;
  const rows = await db.read
    .select({ capturedAt: inspections.capturedAt, sequence: inspections.sequence })
    .from(inspections)
    .where(and(sameUnits(db, hour), time))
    .orderBy(by(inspections.capturedAt), by(inspections.sequence))
    .limit(SEQUENCE_CONTEXT_ROWS);
  return rows as SequenceRow[];
}

function sameUnits(db: Db, { stationId, partId }: Hour) {
  const { inspections } = db.tables;
  return and(
    eq(inspections.stationId, stationId),
    eq(inspections.partId, partId),
    isNotNull(inspections.sequence),
  );
}
