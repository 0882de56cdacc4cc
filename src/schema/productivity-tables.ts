import { sql } from 'drizzle-orm';
import type { Kit } from '../kernel/db/kit.ts';

/** Tables owned by `productivity/`: events of workers and workstations, and what is derived of them. */
export function defineProductivityTables(kit: Kit) {
  return { ...defineEventTables(kit), ...defineDerivedTables(kit), ...defineStopTables(kit) };
}

function defineEventTables(kit: Kit) {
  /**
   * One row an event. Idempotent by `key`: the hash of the sender's own id, or else of every field but `confidence`.
   */
  const activityEvents = kit.table(
    'activity_events',
    {
      id: kit.factId('id'),
      stationId: kit.ref('station_id').notNull(),
      workerId: kit.ref('worker_id').notNull(),
      kind: kit.enumText('kind', ['working', 'idle', 'absent', 'product_count']).notNull(),
      at: kit.ms('at').notNull(),
      /** 0..1; of two states at one instant the surer one holds. */
      confidence: kit.real('confidence').notNull(),
      /** Units made, of a `product_count`. */
      count: kit.int('count').notNull(),
      key: kit.text('key', 24).notNull(),
      /** The sender's own id. */
      eventId: kit.text('event_id', 255),
      modelId: kit.text('model_id', 100),
      modelVersion: kit.text('model_version', 100),
      receivedAt: kit.ms('received_at').notNull(),
    },
    (t) => [
      ...kit.factKey(t.id, t.stationId),
      kit.factUniqueIndex('activity_events_key', [t.key], t.stationId),
      kit.index('activity_events_worker', [t.workerId, t.at]),
      kit.index('activity_events_state', [t.workerId, t.at], sql`${t.kind} <> 'product_count'`),
      kit.index('activity_events_station', [t.stationId, t.at]),
      kit.index('activity_events_time', [t.at]),
    ],
  );
  /** Events that were refused for their time, or that came by a way without an answer; kept for 30 days to be looked at. */
  const refusedEvents = kit.table(
    'refused_events',
    {
      id: kit.key('id'),
      siteId: kit.ref('site_id').notNull(),
      receivedAt: kit.ms('received_at').notNull(),
      /** How it came. */
      source: kit.enumText('source', ['http', 'mqtt', 'redis', 'import']).notNull(),
      reason: kit.text('reason', 500).notNull(),
      /** The event as it came, cut where it is too long. */
      body: kit.text('body', 2000).notNull(),
    },
    (t) => [kit.index('refused_events_received', [t.siteId, t.receivedAt])],
  );
  return { activityEvents, refusedEvents };
}

function defineDerivedTables(kit: Kit) {
  /**
   * What a worker did where, derived from the events: stretches that do not overlap, cut at local midnight and at the borders
   * of planned time. Time of which nothing is known has no row. Worker 0 is the station itself: working while any of its
   * workers is, else idle while any is. The last one may end in the future: what is read of it ends now.
   */
  const activitySegments = kit.table(
    'activity_segments',
    {
      stationId: kit.ref('station_id').notNull(),
      workerId: kit.ref('worker_id').notNull(),
      startAt: kit.ms('start_at').notNull(),
      endAt: kit.ms('end_at').notNull(),
      state: kit.enumText('state', ['working', 'idle', 'absent']).notNull(),
      isPlanned: kit.bool('is_planned').notNull(),
    },
    (t) => [
      kit.primaryKey([t.stationId, t.workerId, t.startAt]),
      // By their ends: what touches a recent instant is found without looking back, however long a segment is.
      kit.index('activity_segments_worker', [t.workerId, t.endAt]),
      kit.index('activity_segments_station', [t.stationId, t.endAt]),
    ],
  );
  /**
   * Sums of segments and events by worker and station, written with them. `level` 0 is an hour, 1 a day, 2 a span of 32 days,
   * all in UTC: a long window reads few rows. Worker 0 is the station itself.
   */
  const activityRollUps = kit.table(
    'activity_roll_ups',
    {
      level: kit.int('level').notNull(),
      startAt: kit.ms('start_at').notNull(),
      stationId: kit.ref('station_id').notNull(),
      workerId: kit.ref('worker_id').notNull(),
      workingMs: kit.ms('working_ms').notNull(),
      idleMs: kit.ms('idle_ms').notNull(),
      absentMs: kit.ms('absent_ms').notNull(),
      plannedWorkingMs: kit.ms('planned_working_ms').notNull(),
      plannedIdleMs: kit.ms('planned_idle_ms').notNull(),
      plannedAbsentMs: kit.ms('planned_absent_ms').notNull(),
      units: kit.int('units').notNull(),
      events: kit.int('events').notNull(),
    },
    (t) => [
      kit.primaryKey([t.level, t.stationId, t.workerId, t.startAt]),
      kit.index('activity_roll_ups_worker', [t.workerId, t.level, t.startAt]),
    ],
  );
  /**
   * By which shift plans the segments of a site were derived. Where those have changed, days from `untilAt` back to `fromAt`
   * are still to be derived again; null where none are.
   */
  const activityRebuilds = kit.table('activity_rebuilds', {
    siteId: kit.ref('site_id').primaryKey(),
    plans: kit.json<unknown>('plans').notNull(),
    fromAt: kit.ms('from_at'),
    untilAt: kit.ms('until_at'),
  });
  return { activitySegments, activityRollUps, activityRebuilds };
}

function defineStopTables(kit: Kit) {
  /** Why stations stop, as a tree that a plant edits; parent 0 is the root. A removed reason keeps its row. */
  const stopReasons = kit.table(
    'stop_reasons',
    {
      id: kit.key('id'),
      siteId: kit.ref('site_id').notNull(),
      parentId: kit.ref('parent_id').notNull(),
      name: kit.text('name', 100).notNull(),
      /** The loss it counts as: of availability, or planned time that is no loss at all. */
      loss: kit.enumText('loss', ['breakdown', 'setup', 'planned']).notNull(),
      position: kit.int('position').notNull(),
      removedAt: kit.ms('removed_at'),
    },
    (t) => [kit.index('stop_reasons_site', [t.siteId, t.parentId, t.position])],
  );
  /** What people said of stops. A stop is derived; its reason is the last one that was given for an instant of it. */
  const stopReports = kit.table(
    'stop_reports',
    {
      id: kit.factId('id'),
      stationId: kit.ref('station_id').notNull(),
      /** An instant within the stop. */
      at: kit.ms('at').notNull(),
      reasonId: kit.ref('reason_id').notNull(),
      note: kit.text('note', 500).notNull(),
      reportedBy: kit.text('reported_by', 150).notNull(),
      reportedAt: kit.ms('reported_at').notNull(),
    },
    (t) => [...kit.factKey(t.id, t.stationId), kit.index('stop_reports_time', [t.stationId, t.at])],
  );
  /** Notes of one shift to the next; line 0 is the whole site. */
  const shiftNotes = kit.table(
    'shift_notes',
    {
      id: kit.key('id'),
      siteId: kit.ref('site_id').notNull(),
      lineId: kit.ref('line_id').notNull(),
      shiftStartAt: kit.ms('shift_start_at').notNull(),
      text: kit.text('text', 2000).notNull(),
      /** An open question is handed on until somebody closes it. */
      isOpen: kit.bool('is_open').notNull(),
      writtenBy: kit.text('written_by', 150).notNull(),
      writtenAt: kit.ms('written_at').notNull(),
    },
    (t) => [kit.index('shift_notes_shift', [t.siteId, t.shiftStartAt])],
  );
  return { stopReasons, stopReports, shiftNotes };
}
