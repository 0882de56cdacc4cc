import { sql } from 'drizzle-orm';
import type { Kit } from '../kernel/db/kit.ts';

/**
 * Tables owned by `alerts/`: alarms of stations from their beginning to their end, and how far their tests have come.
 * Every key begins with the station, by which a database server may spread these tables.
 */
export function defineAlertTables(kit: Kit) {
  /**
   * One row an alarm of a station, from raised to ended. `beganAt` is when what it reports began, `raisedAt` when it was
   * certain. Accepting a level as normal starts a stage of the station at `stageAt`: what was counted before says nothing
   * about what is usual after.
   */
  const alertEpisodes = kit.table(
    'alert_episodes',
    {
      stationId: kit.ref('station_id').notNull(),
      alarm: kit.enumText('alarm', ['ngBurst', 'belowTarget', 'usualYield']).notNull(),
      raisedAt: kit.ms('raised_at').notNull(),
      beganAt: kit.ms('began_at').notNull(),
      endedAt: kit.ms('ended_at'),
      /** `back`: the process was; `accepted`: somebody took the level for normal; `revised`: counts or target changed. */
      ending: kit.enumText('ending', ['back', 'accepted', 'revised']),
      grounds: kit.json<unknown>('grounds').notNull(),
      acknowledgedAt: kit.ms('acknowledged_at'),
      acknowledgedBy: kit.text('acknowledged_by', 150),
      note: kit.text('note', 500),
      acceptedAt: kit.ms('accepted_at'),
      acceptedBy: kit.text('accepted_by', 150),
      stageAt: kit.ms('stage_at'),
    },
    (t) => [
      kit.primaryKey([t.stationId, t.alarm, t.raisedAt]),
      kit.index('alert_episodes_open', [t.stationId], sql`${t.endedAt} is null`),
      kit.index('alert_episodes_raised', [t.raisedAt]),
    ],
  );
  /** Where the tests of a station stand: what pages read. `state` is that after the minute of `at`. */
  const stationTests = kit.table(
    'station_tests',
    {
      stationId: kit.ref('station_id').notNull(),
      at: kit.ms('at').notNull(),
      state: kit.json<unknown>('state').notNull(),
    },
    (t) => [kit.primaryKey([t.stationId])],
  );
  /**
   * Checkpoints: `state` is that at the start of the hour, `counted` a digest of the counts the hour was judged by. Where
   * it differs from the hour's counts now, everything from that hour on is judged again. `isAlarmed`: an alarm was on, so
   * the hour says nothing about what is usual.
   */
  const stationTestHours = kit.table(
    'station_test_hours',
    {
      stationId: kit.ref('station_id').notNull(),
      hourAt: kit.ms('hour_at').notNull(),
      counted: kit.text('counted', 32).notNull(),
      isAlarmed: kit.bool('is_alarmed').notNull(),
      state: kit.json<unknown>('state').notNull(),
    },
    (t) => [kit.primaryKey([t.stationId, t.hourAt])],
  );
  return { alertEpisodes, stationTests, stationTestHours };
}
