import { and, asc, desc, eq, gt, gte, inArray, isNotNull, lt, lte, ne, sql } from 'drizzle-orm';
import type { Queryable } from '../../kernel/db/database.ts';
import { startLoop } from '../../kernel/jobs/loop.ts';
import type { Log } from '../../kernel/log.ts';
import { hourMs } from '../../kernel/time/durations.ts';
import { readRowsSince } from '../../plant/removal/horizons.ts';
import { createSiteCondition } from '../../plant/site-condition.ts';
import type { Sites } from '../../plant/sites.ts';
import type { Db } from '../../schema/db.ts';
import type { SequenceRow } from './counter.ts';
import { contextRows, findSequenceGaps, type SequenceFinding } from './find-gaps.ts';

/** Hours checked in one run; the rest waits for the next. */
const hoursPerRun = 60;
const rowsPerPage = 2_000;
/** More COUNTs than this in one hour of one part do not come from a counter. */
const maxRowsPerHour = 200_000;

/** `checkedCount` is negative in hours whose neighbours have changed: check them again, without doubting their neighbours. */
type Hour = { startAt: number; stationId: number; partId: number; total: number; checkedCount: number };

/**
 * Derives missing and repeated COUNTs for the hours whose number of images has changed since the last check. The mark is
 * stored with the hour, so an interrupted check is repeated. Returns how many hours were checked; `isDone` when none are
 * left. `siteId` limits it to one site: each process checks its own.
 */
export async function checkSequences(
  db: Db,
  filter: { siteId?: number } = {},
): Promise<{ checked: number; isDone: boolean }> {
  const hours = await listUncheckedHours(db, filter);
  for (const hour of hours) await checkHour(db, hour);
  return { checked: hours.length, isDone: hours.length < hoursPerRun };
}

/** Leaves out the hours whose rows are deleted: they keep their gaps. */
async function listUncheckedHours(db: Db, { siteId }: { siteId?: number }): Promise<Hour[]> {
  const { inspectionHours: hours, horizons, stations } = db.tables;
  const total = sql<number>`${hours.ok} + ${hours.ng} + ${hours.unmatched} + ${hours.undecided}`;
  return db.read
    .select({
      startAt: hours.startAt,
      stationId: hours.stationId,
      partId: hours.partId,
      total: total.mapWith(Number),
      checkedCount: hours.checkedCount,
    })
    .from(hours)
    .where(
      and(
        ne(hours.checkedCount, total),
        createSiteCondition(db)(hours.stationId, siteId),
        sql`not exists (select 1 from ${horizons} join ${stations} on ${stations.siteId} = ${horizons.siteId} where ${horizons.name} = 'rows' and ${stations.id} = ${hours.stationId} and ${hours.startAt} < ${horizons.at})`,
      ),
    )
    .orderBy(desc(hours.startAt))
    .limit(hoursPerRun);
}

async function checkHour(db: Db, hour: Hour): Promise<void> {
  const { sequenceGaps, inspectionHours: hours } = db.tables;
  const rowsSince = await readRowsSince(db, hour.stationId);
  const rows = await readHour(db, hour);
  const before = (await readNeighbours(db, hour, 'before', rowsSince)).reverse();
  const after = await readNeighbours(db, hour, 'after', rowsSince);
  const found = findSequenceGaps(rows, { before, after });
  const findings = await withoutOtherParts(db, hour, found);
  const sameHour = and(
    eq(sequenceGaps.stationId, hour.stationId),
    eq(sequenceGaps.partId, hour.partId),
    eq(sequenceGaps.hourAt, hour.startAt),
  );
  await db.tx(async (q) => {
    await q.delete(sequenceGaps).where(sameHour);
    const { stationId, partId, startAt: hourAt } = hour;
    for (const finding of findings) {
      await q.insert(sequenceGaps).values({ ...finding, stationId, partId, hourAt });
    }
    await q
      .update(hours)
      .set({ checkedCount: hour.total })
      .where(and(samePartAs(db, hour), eq(hours.startAt, hour.startAt)));
    if (hour.checkedCount !== -hour.total) {
      await doubtNeighbours(db, q, hour);
      await doubtOtherParts(db, q, hour);
    }
  });
}

/**
 * Marks the hours to be checked again whose context of `contextRows` images reaches into this one: a late image may fill
 * a gap before or after it. Images added at the end of the newest hour do not affect the hours before it.
 */
async function doubtNeighbours(db: Db, q: Queryable, hour: Hour): Promise<void> {
  const { inspectionHours: hours } = db.tables;
  const after = await listNeighbours(db, q, hour, 'after');
  const isGrowing = after.length === 0 && Math.abs(hour.checkedCount) >= contextRows;
  const before = isGrowing ? [] : await listNeighbours(db, q, hour, 'before');
  const startTimes = [...before, ...after];
  if (startTimes.length === 0) return;
  await q
    .update(hours)
    .set({ checkedCount: sql`-${hours.checkedCount}` })
    .where(and(samePartAs(db, hour), inArray(hours.startAt, startTimes), gt(hours.checkedCount, 0)));
}

/** Marks the hours of the station's other models whose gaps these images may explain. */
async function doubtOtherParts(db: Db, q: Queryable, { stationId, partId, startAt }: Hour): Promise<void> {
  const { inspectionHours: hours, sequenceGaps } = db.tables;
  const open = await q
    .selectDistinct({ partId: sequenceGaps.partId, hourAt: sequenceGaps.hourAt })
    .from(sequenceGaps)
    .where(
      and(
        eq(sequenceGaps.stationId, stationId),
        ne(sequenceGaps.partId, partId),
        inArray(sequenceGaps.kind, ['missing', 'reset']),
        lt(sequenceGaps.fromAt, startAt + hourMs),
        gte(sequenceGaps.toAt, startAt),
      ),
    )
    .limit(hoursPerRun);
  for (const gap of open) {
    await q
      .update(hours)
      .set({ checkedCount: sql`-${hours.checkedCount}` })
      .where(
        and(
          eq(hours.stationId, stationId),
          eq(hours.partId, gap.partId),
          eq(hours.startAt, gap.hourAt),
          gt(hours.checkedCount, 0),
        ),
      );
  }
}

async function listNeighbours(db: Db, q: Queryable, hour: Hour, side: 'before' | 'after'): Promise<number[]> {
  const { inspectionHours: hours } = db.tables;
  const isBefore = side === 'before';
  const rows = await q
    .select({ startAt: hours.startAt, ok: hours.ok, ng: hours.ng })
    .from(hours)
    .where(
      and(samePartAs(db, hour), isBefore ? lt(hours.startAt, hour.startAt) : gt(hours.startAt, hour.startAt)),
    )
    .orderBy((isBefore ? desc : asc)(hours.startAt))
    .limit(contextRows);
  const startTimes: number[] = [];
  let images = 0;
  for (const { startAt, ok, ng } of rows) {
    if (images >= contextRows) break;
    startTimes.push(startAt);
    images += ok + ng;
  }
  return startTimes;
}

function samePartAs(db: Db, { stationId, partId }: Hour) {
  const { inspectionHours: hours } = db.tables;
  return and(eq(hours.stationId, stationId), eq(hours.partId, partId));
}

async function readHour(db: Db, hour: Hour): Promise<SequenceRow[]> {
  const { inspections } = db.tables;
  const { capturedAt, sequence, view, id } = inspections;
  const rows: CountedRow[] = [];
  while (rows.length < maxRowsPerHour) {
    const last = rows.at(-1);
    const page = await db.read
      .select({ capturedAt, sequence, view, id })
      .from(inspections)
      .where(
        and(
          sameUnits(db, hour),
          gte(capturedAt, hour.startAt),
          lt(capturedAt, hour.startAt + hourMs),
          last &&
            sql`(${capturedAt}, ${sequence}, ${id}) > (${last.capturedAt}, ${last.sequence}, ${last.id})`,
        ),
      )
      .orderBy(asc(capturedAt), asc(sequence), asc(id))
      .limit(rowsPerPage);
    rows.push(...(page as CountedRow[]));
    if (page.length < rowsPerPage) break;
    await new Promise(setImmediate);
  }
  return unitsOf(rows);
}

type CountedRow = SequenceRow & { view: string | null; id: number };

/** One row a unit: its views carry one COUNT, which is not repeated by them. Rows of one unit follow each other. */
function unitsOf(rows: readonly CountedRow[]): SequenceRow[] {
  const seen = new Set<string>();
  return rows.filter(({ capturedAt, sequence, view }, i) => {
    const before = rows[i - 1];
    if (before?.capturedAt !== capturedAt || before.sequence !== sequence) seen.clear();
    const isFurtherView = view !== null && seen.size > 0 && !seen.has(view);
    if (view !== null) seen.add(view);
    return !isFurtherView;
  });
}

/** Most values of other models that are read to explain one gap. */
const maxOtherValues = 20_000;

/**
 * One counter may run over several models of a station: values that other models carry within a gap are not missing, and a
 * counter that they went on with was not reset.
 */
async function withoutOtherParts(
  db: Db,
  hour: Hour,
  findings: readonly SequenceFinding[],
): Promise<SequenceFinding[]> {
  const explained: SequenceFinding[] = [];
  for (const finding of findings) {
    const isGap = finding.kind === 'missing' || finding.kind === 'reset';
    const others = isGap ? await readOtherParts(db, hour, finding) : [];
    if (others.length === 0) explained.push(finding);
    else if (finding.kind === 'missing') explained.push(...stillMissing(finding, others[0]));
    else if (!continuesOver(finding, others)) explained.push(finding);
  }
  return explained;
}

/** COUNTs of the station's other models between the images around a finding, in rising order. */
async function readOtherParts(
  db: Db,
  { stationId, partId }: Hour,
  { fromAt, toAt, fromSequence, toSequence }: SequenceFinding,
): Promise<number[]> {
  const { inspections, stationParts } = db.tables;
  const parts = await db.read
    .select({ partId: stationParts.partId })
    .from(stationParts)
    .where(and(eq(stationParts.stationId, stationId), ne(stationParts.partId, partId)));
  const values = new Set<number>();
  for (const other of parts) {
    const rows = await db.read
      .select({ sequence: inspections.sequence })
      .from(inspections)
      .where(
        and(
          eq(inspections.stationId, stationId),
          eq(inspections.partId, other.partId),
          gte(inspections.capturedAt, fromAt),
          lte(inspections.capturedAt, toAt),
          gte(inspections.sequence, Math.min(fromSequence, toSequence)),
          lte(inspections.sequence, Math.max(fromSequence, toSequence)),
        ),
      )
      .limit(maxOtherValues);
    for (const { sequence } of rows) if (sequence !== null) values.add(sequence);
  }
  return [...values].sort((a, b) => a - b);
}

/**
 * What is missing of a gap before the first value of another model. What is missing after that value belongs to the other
 * model, whose own gap shows it once its next image is there.
 */
function stillMissing(gap: SequenceFinding, firstOther: number | undefined): SequenceFinding[] {
  const end = firstOther ?? gap.toSequence + 1;
  const count = end - gap.fromSequence;
  return count > 0 ? [{ ...gap, toSequence: end - 1, count }] : [];
}

/** Whether other models carry the counter from the last value before a supposed reset up to the first one after it. */
function continuesOver({ fromSequence, toSequence }: SequenceFinding, others: readonly number[]): boolean {
  if (toSequence <= fromSequence) return false;
  const between = others.filter((value) => value > fromSequence && value < toSequence);
  return between.length * 2 >= toSequence - fromSequence - 1;
}

async function readNeighbours(
  db: Db,
  hour: Hour,
  side: 'before' | 'after',
  rowsSince: number,
): Promise<SequenceRow[]> {
  const { inspections } = db.tables;
  const isBefore = side === 'before';
  const time = isBefore
    ? and(
        lt(inspections.capturedAt, hour.startAt),
        Number.isFinite(rowsSince) ? gte(inspections.capturedAt, rowsSince) : undefined,
      )
    : gte(inspections.capturedAt, hour.startAt + hourMs);
  const by = isBefore ? desc : asc;
  const rows = await db.read
    .select({
      capturedAt: inspections.capturedAt,
      sequence: inspections.sequence,
      view: inspections.view,
      id: inspections.id,
    })
    .from(inspections)
    .where(and(sameUnits(db, hour), time))
    .orderBy(by(inspections.capturedAt), by(inspections.sequence))
    .limit(contextRows);
  return unitsOf(rows as CountedRow[]);
}

function sameUnits(db: Db, { stationId, partId }: Hour) {
  const { inspections } = db.tables;
  return and(
    eq(inspections.stationId, stationId),
    eq(inspections.partId, partId),
    isNotNull(inspections.sequence),
  );
}

const checkEveryMs = 5_000;
/** More images than this since the last run mean that a sweep is under way; the check waits for its end … */
const sweepImages = 5_000;
/** … but skips at most this many runs, one minute. */
const maxWaits = 12;

/** Derives COUNT gaps behind the writer: every few seconds while images arrive, and after startup until none are left. */
export function startSequenceChecks(options: {
  db: Db;
  sites: Sites;
  log: Log;
  onChecked: () => void;
  /** Whether this process is the one that checks; the others remember that a check is due. */
  isDuty: () => boolean;
}): {
  wake(added: number): void;
  stop(): Promise<void>;
} {
  let isNeeded = true;
  let recorded = 0;
  let waits = 0;
  const isSweeping = () => {
    const isBusy = recorded > sweepImages && waits < maxWaits;
    waits = isBusy ? waits + 1 : 0;
    recorded = 0;
    return isBusy;
  };
  const loop = startLoop({
    name: 'COUNT check',
    intervalMs: checkEveryMs,
    log: options.log,
    run: async (signal) => {
      if (!options.isDuty() || isSweeping()) return;
      while (isNeeded && options.isDuty() && !signal.aborted) {
        isNeeded = false;
        const { checked, isDone } = await checkSequences(options.db, options.sites.ownFilter()).catch(
          (error) => {
            isNeeded = true;
            throw error;
          },
        );
        if (checked > 0) options.onChecked();
        if (isDone) return;
        isNeeded = true;
        await new Promise(setImmediate);
      }
    },
  });
  return {
    wake: (added) => {
      recorded += added;
      isNeeded = true;
    },
    stop: loop.stop,
  };
}
