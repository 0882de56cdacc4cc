import { and, desc, eq, gte, inArray, isNotNull, isNull, lt, or } from 'drizzle-orm';
import type { Queryable } from '../kernel/db/database.ts';
import { type Placeholders, prepared } from '../kernel/db/prepared.ts';
import { insertMissing } from '../kernel/db/write.ts';
import { AppError } from '../kernel/errors.ts';
import type { Clock } from '../kernel/time/clock.ts';
import { dayMs, floorTo, hourMs } from '../kernel/time/durations.ts';
import type { PlantNames } from '../plant/names.ts';
import { createSiteCondition } from '../plant/site-condition.ts';
import type { Db } from '../schema/db.ts';
import type { AlarmEpisode, AlarmGrounds, AlarmKey, AlarmRef, FoundAlarm } from './model.ts';

/** More open alarms than this are not read: a plant that has so many has one problem, not so many. */
const maxOpen = 2_000;
/** Ended alarms are kept this long; those that began a stage for ever. */
const keepEndedMs = 400 * dayMs;
export const maxNoteLength = 500;
const maxNameLength = 150;

/**
 * Alarms of stations as rows: raised and resolved by tests, acknowledged and accepted by people. A row keeps the station it
 * was raised at; what is asked of one station is answered for all that are shown as it.
 */
export type AlarmEpisodes = {
  /** Alarms that are on, of one station, one site or all, newest first. */
  listOpen(filter?: { stationId?: number; siteId?: number }): Promise<AlarmEpisode[]>;
  /** Ended ones, newest first. */
  listEnded(filter: { siteId?: number }, limit: number): Promise<AlarmEpisode[]>;
  /** Those of a station that were on at some time of a window, newest first. */
  listOf(
    stationId: number,
    window: { startAt: number; endAt: number },
    limit: number,
  ): Promise<AlarmEpisode[]>;
  /** When the stages of a station began, oldest first: what was counted before one says nothing about what is usual after. */
  listStages(stationId: number): Promise<number[]>;
  /** Somebody has it in hand; the state stays as it is. @throws AppError 'not_found' */
  acknowledge(ref: AlarmRef, by: { name: string; note: string }): Promise<AlarmEpisode>;
  /**
   * Takes the level since `fromAt` (rounded down to the hour) for normal: ends the alarm and begins a stage, from which
   * on everything is judged again. @throws AppError 'not_found', or 'invalid' for an instant that cannot be.
   */
  accept(ref: AlarmRef, by: { name: string; fromAt: number }): Promise<AlarmEpisode>;
};

export function createAlarmEpisodes(
  db: Db,
  clock: Clock,
  { groupOf }: Pick<PlantNames, 'groupOf'>,
): AlarmEpisodes {
  const { alertEpisodes: episodes, stationTestHours } = db.tables;
  const isOfSite = createSiteCondition(db);

  const selectOpen = prepared((value: Placeholders<{ stationIds?: readonly number[]; siteId?: number }>) =>
    db.read
      .select()
      .from(episodes)
      .where(
        and(
          isNull(episodes.endedAt),
          value.stationIds && inArray(episodes.stationId, value.stationIds),
          isOfSite(episodes.stationId, value.siteId),
        ),
      )
      .orderBy(desc(episodes.raisedAt))
      .limit(maxOpen),
  );
  const selectEnded = prepared((value: Placeholders<{ siteId?: number; limit: number }>) =>
    db.read
      .select()
      .from(episodes)
      .where(and(isNotNull(episodes.endedAt), isOfSite(episodes.stationId, value.siteId)))
      .orderBy(desc(episodes.raisedAt))
      .limit(value.limit),
  );
  type Of = { stationIds: readonly number[]; startAt: number; endAt: number; limit: number };
  const selectOf = prepared((value: Placeholders<Of>) =>
    db.read
      .select()
      .from(episodes)
      .where(
        and(
          inArray(episodes.stationId, value.stationIds),
          lt(episodes.beganAt, value.endAt),
          or(isNull(episodes.endedAt), gte(episodes.endedAt, value.startAt)),
        ),
      )
      .orderBy(desc(episodes.raisedAt))
      .limit(value.limit),
  );
  const selectStages = prepared((value: Placeholders<{ stationIds: readonly number[] }>) =>
    db.read
      .select({ stageAt: episodes.stageAt })
      .from(episodes)
      .where(and(inArray(episodes.stationId, value.stationIds), isNotNull(episodes.stageAt))),
  );

  const same = ({ stationId, key, raisedAt }: AlarmRef) =>
    and(eq(episodes.stationId, stationId), eq(episodes.alarm, key), eq(episodes.raisedAt, raisedAt));

  async function find(q: Queryable, ref: AlarmRef): Promise<AlarmEpisode> {
    const [row] = await q.select().from(episodes).where(same(ref));
    if (row === undefined) {
      throw new AppError('not_found', 'There is no such alarm (any more). Open the page of alarms again.');
    }
    return episodeOf(row);
  }

  return {
    listOpen: async ({ stationId, siteId } = {}) => {
      const stationIds = stationId === undefined ? undefined : groupOf(stationId);
      return (await selectOpen({ stationIds, siteId })).map(episodeOf);
    },
    listEnded: async ({ siteId }, limit) => (await selectEnded({ siteId, limit })).map(episodeOf),
    listOf: async (stationId, { startAt, endAt }, limit) =>
      (await selectOf({ stationIds: groupOf(stationId), startAt, endAt, limit })).map(episodeOf),
    listStages: async (stationId) => {
      const rows = await selectStages({ stationIds: groupOf(stationId) });
      return rows.flatMap(({ stageAt }) => stageAt ?? []).sort((a, b) => a - b);
    },
    acknowledge: (ref, { name, note }) =>
      db.tx(async (q) => {
        const found = await find(q, ref);
        const acknowledged = {
          acknowledgedAt: clock.now(),
          acknowledgedBy: name.slice(0, maxNameLength),
          note: note.slice(0, maxNoteLength),
        };
        await q.update(episodes).set(acknowledged).where(same(ref));
        return found;
      }),
    accept: (ref, { name, fromAt }) =>
      db.tx(async (q) => {
        const found = await find(q, ref);
        if (found.endedAt !== null) {
          throw new AppError(
            'not_found',
            'This alarm has ended. Only the level of one that is on can be accepted.',
          );
        }
        const now = clock.now();
        const stageAt = floorTo(hourMs, fromAt);
        if (!(stageAt > 0 && fromAt <= now)) {
          throw new AppError(
            'invalid',
            'The new normal begins in the past, at the time from which on the level is normal.',
            {
              details: { field: 'from' },
            },
          );
        }
        const stationIds = [...groupOf(ref.stationId)];
        // What these two tests report is what was accepted; a target stays what it is.
        await q
          .update(episodes)
          .set({
            acceptedAt: now,
            acceptedBy: name.slice(0, maxNameLength),
            stageAt,
            endedAt: now,
            ending: 'accepted',
          })
          .where(
            and(
              inArray(episodes.stationId, stationIds),
              isNull(episodes.endedAt),
              inArray(episodes.alarm, ['ngBurst', 'usualYield', ref.key]),
            ),
          );
        await q
          .update(stationTestHours)
          .set({ counted: '' })
          .where(and(inArray(stationTestHours.stationId, stationIds), gte(stationTestHours.hourAt, stageAt)));
        return found;
      }),
  };
}

/**
 * Brings the rows of a station in line with what its tests found from `sinceAt` on: new alarms are inserted, ended ones
 * end, and an open one that the counts no longer show ends as revised. Idempotent, so hours can be judged again: an alarm
 * that overlaps a row of its key is that row. Rows of stations merged into this one (`mergedIds`) are its own, once the hours
 * since they began, or since `replayedFrom`, were judged by the counts of all. Returns what was raised and what ended.
 */
export async function settleAlarms(
  { dialect, tables }: Db,
  q: Queryable,
  stationId: number,
  { found, sinceAt, now, mergedIds, replayedFrom }: Settling,
): Promise<{ raised: number; ended: number }> {
  const { alertEpisodes: episodes } = tables;
  const rows = await q
    .select()
    .from(episodes)
    .where(inArray(episodes.stationId, [stationId, ...mergedIds]))
    .orderBy(desc(episodes.raisedAt))
    .limit(maxOpen);
  const isJudged = (row: Row) =>
    row.stationId === stationId || sinceAt <= Math.max(row.beganAt, replayedFrom);
  const same = (row: Row) =>
    and(
      eq(episodes.stationId, row.stationId),
      eq(episodes.alarm, row.alarm),
      eq(episodes.raisedAt, row.raisedAt),
    );
  const matched = new Set<Row>();
  const changes = { raised: 0, ended: 0 };
  for (const alarm of found) {
    const row = rows.find((known) => known.alarm === alarm.key && overlaps(known, alarm));
    if (row === undefined) {
      const values = { stationId, alarm: alarm.key, ...withoutKey(alarm), ending: endingOf(alarm) };
      await insertMissing(dialect, q, episodes, [values]);
      changes.raised++;
      continue;
    }
    matched.add(row);
    if (row.endedAt === alarm.endedAt || row.ending === 'accepted') continue;
    await q
      .update(episodes)
      .set({ endedAt: alarm.endedAt, ending: endingOf(alarm) })
      .where(same(row));
    if (alarm.endedAt !== null) changes.ended++;
  }
  for (const row of rows) {
    if (row.endedAt !== null || matched.has(row) || !isJudged(row)) continue;
    // An alarm from before the hours that were judged again is on in their first state, and so among the found.
    await q
      .update(episodes)
      .set({ endedAt: Math.min(now, Math.max(row.raisedAt, sinceAt)), ending: 'revised' })
      .where(same(row));
    changes.ended++;
  }
  return changes;
}

type Settling = {
  found: readonly FoundAlarm[];
  sinceAt: number;
  now: number;
  mergedIds: readonly number[];
  replayedFrom: number;
};

/** Deletes alarms that ended long ago. */
export async function forgetEndedAlarms(db: Db, now: number): Promise<void> {
  const { alertEpisodes: episodes } = db.tables;
  await db.tx((q) =>
    q.delete(episodes).where(and(lt(episodes.endedAt, now - keepEndedMs), isNull(episodes.stageAt))),
  );
}

type Row = Db['tables']['alertEpisodes']['$inferSelect'];

function withoutKey({ beganAt, raisedAt, endedAt, grounds }: FoundAlarm) {
  return { beganAt, raisedAt, endedAt, grounds };
}

function endingOf({ endedAt }: FoundAlarm): 'back' | null {
  return endedAt === null ? null : 'back';
}

function overlaps(row: Row, alarm: FoundAlarm): boolean {
  const never = Number.POSITIVE_INFINITY;
  // What was accepted ends where its stage begins: later alarms are judged by the new normal.
  const rowEndAt = row.stageAt ?? row.endedAt ?? never;
  return row.beganAt <= (alarm.endedAt ?? never) && alarm.beganAt < rowEndAt;
}

function episodeOf(row: Row): AlarmEpisode {
  return {
    stationId: row.stationId,
    key: row.alarm as AlarmKey,
    raisedAt: row.raisedAt,
    beganAt: row.beganAt,
    endedAt: row.endedAt,
    ending: row.ending,
    grounds: row.grounds as AlarmGrounds,
    acknowledged:
      row.acknowledgedAt === null
        ? null
        : { at: row.acknowledgedAt, by: row.acknowledgedBy ?? '', note: row.note ?? '' },
    accepted:
      row.acceptedAt === null
        ? null
        : { at: row.acceptedAt, by: row.acceptedBy ?? '', stageAt: row.stageAt ?? row.acceptedAt },
  };
}
