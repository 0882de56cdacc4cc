import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dayMs, hourMs, minuteMs } from '../../kernel/time/durations.ts';
import type { Db } from '../../schema/db.ts';
import { type ActivityStore, openActivityStore } from '../../testing/activity-store.ts';
import { openTestDb, testDialect } from '../../testing/databases.ts';
import { createTestClock } from '../../testing/test-clock.ts';
import { createShiftNotes } from '../handover/shift-notes.ts';
import { type ActivityEvent, activityStates } from '../model.ts';
import { createRefusedEvents } from '../recording/refused-events.ts';
import { createStopReasons } from '../stops/stop-reasons.ts';
import { type ActivityQueries, createActivityQueries } from './activity-queries.ts';
import { createEventQueries } from './event-queries.ts';
import { createUnitQueries } from './unit-queries.ts';

const now = Date.UTC(2026, 3, 2, 10, 17);
const clock = createTestClock(now);
const firstAt = now - 40 * dayMs;

/** One worker in turn at two stations: a state each 50 minutes for forty days, and a unit in between. */
const events: ActivityEvent[] = Array.from({ length: (40 * 24 * 60) / 50 }, (_, i) => {
  const of = {
    stationId: 1 + (i % 2),
    workerId: 7,
    confidence: 1,
    eventId: `e${i}`,
    modelId: null,
    modelVersion: null,
  };
  const at = firstAt + i * 50 * minuteMs;
  return [
    { ...of, kind: activityStates[i % 3]!, at, count: 0 },
    { ...of, kind: 'product_count' as const, at: at + 20 * minuteMs, count: 1 + (i % 4), eventId: `c${i}` },
  ];
}).flat();

describe(`reads of activity in ${testDialect}`, () => {
  let db: Db;
  let store: ActivityStore;
  let queries: ActivityQueries;
  beforeEach(async () => {
    db = await openTestDb(testDialect);
    store = await openActivityStore(db, clock);
    queries = createActivityQueries(db, () => Number.NEGATIVE_INFINITY);
    for (let from = 0; from < events.length; from += 500) await store.record(events.slice(from, from + 500));
  });
  afterEach(() => db.close());

  test('sums over any window are those of the segments and events in it, whatever they are read from', async () => {
    const all = await queries.listSegments({ workerIds: [7] }, { startAt: 0, endAt: now + hourMs }, now);
    const windows = [
      { startAt: 0, endAt: now + hourMs },
      { startAt: firstAt + 3 * minuteMs, endAt: firstAt + 36 * dayMs + 7 * minuteMs },
      { startAt: now - 26 * hourMs, endAt: now - 30 * minuteMs },
      { startAt: now - 90 * minuteMs, endAt: now },
      { startAt: now - 10 * minuteMs, endAt: now + hourMs },
    ];
    for (const window of windows) {
      const sums = (await queries.sumByWorker([7, 8], window, now)).get(7);
      const expected = { working: 0, idle: 0, absent: 0 };
      for (const { state, startAt, endAt } of all)
        expected[state] += Math.max(0, Math.min(endAt, window.endAt) - Math.max(startAt, window.startAt));
      expect([sums?.workingMs, sums?.idleMs, sums?.absentMs]).toEqual(Object.values(expected));
      const within = events.filter(({ at }) => at >= window.startAt && at < window.endAt);
      expect([sums?.events, sums?.units]).toEqual([
        within.length,
        within.reduce((sum, { count }) => sum + count, 0),
      ]);
      const byStation = await queries.sumByStation([1, 2], window, now);
      const stations = [...byStation.values()].reduce((sum, one) => sum + one.workingMs + one.idleMs, 0);
      expect(stations).toBe(expected.working + expected.idle);
    }
    expect(await queries.countWorkers([1, 2, 3], windows[0]!, now)).toEqual(
      new Map([
        [1, 1],
        [2, 1],
      ]),
    );
    expect(await queries.listSegments({ atStationId: 1 }, windows[3]!, now)).not.toEqual([]);
  });

  test('events are listed by filter and page by page', async () => {
    const { list, find } = createEventQueries(db);
    const first = await list({ stationIds: [1, 2], kind: 'product_count' }, 3);
    expect(first.map(({ eventId }) => eventId)).toEqual(['c1151', 'c1150', 'c1149']);
    const next = await list({ stationIds: [1], before: first[0], fromAt: firstAt }, 2);
    expect(next.map(({ stationId }) => stationId)).toEqual([1, 1]);
    expect(await find(first[0]!.id)).toEqual(first[0]);
    expect(await list({ stationIds: [] }, 3)).toEqual([]);
  });

  test('units, stop reasons, notes and refused events are kept and read', async () => {
    const units = createUnitQueries(db);
    const window = { startAt: firstAt, endAt: firstAt + 3 * hourMs };
    expect(await units.listCounts(1, window)).toEqual([
      { at: firstAt + 20 * minuteMs, count: 1 },
      { at: firstAt + 120 * minuteMs, count: 3 },
    ]);
    expect([await units.listInspected([1], window), await units.sumInspected([1], window)]).toEqual([[], []]);

    const reasons = createStopReasons(db, clock);
    await reasons.add(store.siteId, { parentId: 0, name: 'Machine', loss: 'breakdown' });
    const [machine] = await reasons.list(store.siteId);
    await reasons.add(store.siteId, { parentId: machine!.id, name: 'Jam', loss: 'breakdown' });
    await reasons.report(store.siteId, {
      stationId: 1,
      at: firstAt,
      reasonId: machine!.id,
      note: 'n',
      reportedBy: 'k',
    });
    expect(await reasons.listReports([1], window)).toMatchObject([{ reasonId: machine!.id, note: 'n' }]);
    expect(await reasons.remove(store.siteId, machine!.id)).toBe(true);
    expect([await reasons.list(store.siteId), (await reasons.find(machine!.id))?.name]).toEqual([
      [],
      'Machine',
    ]);

    const notes = createShiftNotes(db, clock);
    await notes.add(store.siteId, {
      shiftStartAt: firstAt,
      text: ' 라인 2 ',
      isOpen: true,
      writtenBy: 'kim',
    });
    const later = await notes.list(store.siteId, { startAt: firstAt + dayMs, endAt: firstAt + 2 * dayMs });
    expect(later).toMatchObject({ notes: [], handedOn: [{ text: '라인 2' }] });
    expect(await notes.close(store.siteId, later.handedOn[0]!.id)).toBe(true);
    expect(await notes.close(store.siteId, later.handedOn[0]!.id)).toBe(false);

    const refused = createRefusedEvents(db, clock);
    await refused.keep({ siteId: store.siteId, source: 'http', reason: 'ahead', body: { a: '\u0000' } });
    expect(await refused.list(store.siteId, 5)).toMatchObject([{ source: 'http', reason: 'ahead' }]);
    expect(await refused.count(store.siteId)).toBe(1);
  });
});
