import { and, asc, desc, eq, gt, gte, lt, lte } from 'drizzle-orm';
import type { Queryable } from '../kernel/db/database.ts';
import { type Placeholders, perDatabase, prepared } from '../kernel/db/prepared.ts';
import { excluded, upsert } from '../kernel/db/write.ts';
import { hourMs } from '../kernel/time/durations.ts';
import { createSiteCondition } from '../plant/site-condition.ts';
import type { Db } from '../schema/db.ts';

/** A judged hour: the digest of the counts it was judged by, and whether an alarm was on. */
export type JudgedHour = { hourAt: number; counted: string; isAlarmed: boolean };
/** A judged hour with the state of the tests at its start. */
export type Checkpoint<State> = JudgedHour & { state: State };
/** Where the tests of a station stand after the minute of `at`. */
export type TestsNow<State> = { stationId: number; at: number; state: State };

/** Stations read at once; a site has far fewer. */
const maxStations = 10_000;

const queriesOf = perDatabase((db: Db) => {
  const { stationTests: tests, stationTestHours: hours } = db.tables;
  const isOfSite = createSiteCondition(db);
  return {
    judgedHours: prepared((value: Placeholders<{ stationId: number; sinceAt: number }>) =>
      db.read
        .select({ hourAt: hours.hourAt, counted: hours.counted, isAlarmed: hours.isAlarmed })
        .from(hours)
        .where(and(eq(hours.stationId, value.stationId), gte(hours.hourAt, value.sinceAt)))
        .orderBy(asc(hours.hourAt)),
    ),
    checkpoint: prepared((value: Placeholders<{ stationId: number; hourAt: number }>) =>
      db.read
        .select()
        .from(hours)
        .where(and(eq(hours.stationId, value.stationId), lte(hours.hourAt, value.hourAt)))
        .orderBy(desc(hours.hourAt))
        .limit(1),
    ),
    testsNow: prepared((value: Placeholders<{ stationId?: number; siteId?: number }>) =>
      db.read
        .select()
        .from(tests)
        .where(
          and(
            value.stationId && eq(tests.stationId, value.stationId),
            isOfSite(tests.stationId, value.siteId),
          ),
        )
        .limit(maxStations),
    ),
  };
});

/** Judged hours of a station from `sinceAt` on, in order. */
export function listJudgedHours(db: Db, stationId: number, sinceAt: number): Promise<JudgedHour[]> {
  return queriesOf(db).judgedHours({ stationId, sinceAt });
}

/** The newest checkpoint of a station at `hourAt` or before it. */
export async function findCheckpoint<State>(
  db: Db,
  stationId: number,
  hourAt: number,
): Promise<Checkpoint<State> | undefined> {
  const [row] = await queriesOf(db).checkpoint({ stationId, hourAt });
  return row && { ...row, state: row.state as State };
}

/** Where the tests of one station, of a site's or of all stations stand. */
export async function readTestsNow<State>(
  db: Db,
  filter: { stationId?: number; siteId?: number },
): Promise<TestsNow<State>[]> {
  const rows = await queriesOf(db).testsNow(filter);
  return rows.map((row) => ({ ...row, state: row.state as State }));
}

/**
 * Stores what was judged: the checkpoints of the hours, where the tests stand now, and the hours before them that an alarm
 * reaches back into. Checkpoints before `forgetBefore` are deleted.
 */
export async function saveTests(
  { dialect, tables }: Db,
  q: Queryable,
  stationId: number,
  judged: {
    hours: readonly Checkpoint<unknown>[];
    now: Omit<TestsNow<unknown>, 'stationId'>;
    /** When the earliest alarm that hides what is usual began; null without one. */
    alarmedSince: number | null;
    forgetBefore: number;
  },
): Promise<void> {
  const { stationTests, stationTestHours: hours } = tables;
  const ofStation = eq(hours.stationId, stationId);
  await q.delete(hours).where(and(ofStation, lt(hours.hourAt, judged.forgetBefore)));
  const [first] = judged.hours;
  if (judged.alarmedSince !== null && first) {
    await q
      .update(hours)
      .set({ isAlarmed: true })
      .where(and(ofStation, gt(hours.hourAt, judged.alarmedSince - hourMs), lt(hours.hourAt, first.hourAt)));
  }
  const of = (column: Parameters<typeof excluded>[1]) => excluded(dialect, column);
  await upsert(
    dialect,
    q,
    hours,
    judged.hours.map((hour) => ({ ...hour, stationId })),
    {
      target: [hours.stationId, hours.hourAt],
      set: { counted: of(hours.counted), isAlarmed: of(hours.isAlarmed), state: of(hours.state) },
    },
  );
  await upsert(dialect, q, stationTests, [{ stationId, ...judged.now }], {
    target: [stationTests.stationId],
    set: { at: of(stationTests.at), state: of(stationTests.state) },
  });
}
