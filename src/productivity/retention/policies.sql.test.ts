import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RetentionPolicy } from '../../kernel/retention-policy.ts';
import { dayMs, hourMs, minuteMs } from '../../kernel/time/durations.ts';
import { createWorkers } from '../../plant/resources/workers.ts';
import { createWorkstations } from '../../plant/resources/workstations.ts';
import type { Db } from '../../schema/db.ts';
import { type ActivityStore, openActivityStore } from '../../testing/activity-store.ts';
import { openTestDb, testDialect } from '../../testing/databases.ts';
import { createTestClock } from '../../testing/test-clock.ts';
import type { ActivityEvent } from '../model.ts';
import { type ActivityQueries, createActivityQueries } from '../queries/activity-queries.ts';
import { type ActivityHorizons, createActivityHorizons } from '../recording/activity-horizons.ts';
import { createEventPolicy } from './event-policy.ts';
import { createPersonPolicy } from './person-policy.ts';

const now = Date.UTC(2026, 3, 2, 10, 17);
const clock = createTestClock(now);
const firstAt = now - 20 * dayMs;
/** Within an hour: what a cut takes are whole hours. */
const cut = { before: now - 10 * dayMs };
const horizon = Math.floor(cut.before / hourMs) * hourMs;
const all = { startAt: 0, endAt: now + hourMs };

async function apply(policy: RetentionPolicy): Promise<number> {
  for (let sum = 0, step = 0; step < 1_000; step++) {
    const { count, isDone } = await policy.remove(cut);
    sum += count;
    if (isDone) return sum;
  }
  throw new Error('The policy does not come to an end');
}

describe(`retention of activity in ${testDialect}`, () => {
  let db: Db;
  let store: ActivityStore;
  let horizons: ActivityHorizons;
  let queries: ActivityQueries;
  let events: ActivityEvent[];
  let who: { workerId: number; stationId: number };

  beforeEach(async () => {
    db = await openTestDb(testDialect);
    store = await openActivityStore(db, clock);
    const { siteId } = store;
    const worker = await (await createWorkers(db, clock, () => {})).put(siteId, { code: 'W1', name: 'Kim' });
    const station = await (await createWorkstations(db, clock, () => {})).put(siteId, { code: 'S1' });
    who = { workerId: worker.id, stationId: station.stationId };
    horizons = await createActivityHorizons(db, siteId);
    queries = createActivityQueries(db, () => horizons.eventsFrom(siteId));
    events = Array.from({ length: (20 * 24 * 60) / 50 }, (_, i) => {
      const of = { ...who, confidence: 1, modelId: null, modelVersion: null };
      const at = firstAt + i * 50 * minuteMs;
      const kind = i % 3 === 0 ? ('idle' as const) : ('working' as const);
      return [
        { ...of, kind, at, count: 0, eventId: `e${i}` },
        { ...of, kind: 'product_count' as const, at: at + 20 * minuteMs, count: 2, eventId: `c${i}` },
      ];
    }).flat();
    for (let from = 0; from < events.length; from += 500) await store.record(events.slice(from, from + 500));
  });
  afterEach(() => db.close());

  const policy = (of: 'events' | 'persons') => {
    const options = { db, siteId: store.siteId, days: 10, clock, onHorizon: horizons.refresh };
    const countEvents = async (window: typeof all) =>
      (await queries.sumByStation([who.stationId], window, window.endAt)).get(who.stationId)?.events ?? 0;
    return of === 'events' ? createEventPolicy({ ...options, countEvents }) : createPersonPolicy(options);
  };
  const ofStation = async (window: typeof all) =>
    (await queries.sumByStation([who.stationId], window, now)).get(who.stationId);

  test('events go, while states over time and sums by the hour stay', async () => {
    const past = { startAt: horizon - 30 * hourMs, endAt: horizon - 4 * hourMs };
    const before = [await ofStation(all), await ofStation(past)];
    const old = events.filter(({ at }) => at < horizon).length;
    expect(await policy('events').read()).toEqual({ count: events.length, bytes: null, oldestAt: firstAt });
    expect((await policy('events').preview(cut)).count).toBe(old);
    expect(await apply(policy('events'))).toBe(old);
    expect([await ofStation(all), await ofStation(past)]).toEqual(before);
    expect(await policy('events').read()).toMatchObject({ count: events.length - old });
    expect(horizons.eventsFrom(store.siteId)).toBe(horizon);
    expect(horizons.eventsFrom(store.siteId + 1)).toBe(Number.NEGATIVE_INFINITY);
    // Of a window that ends within an hour, the units of the hours that begin in it; none is counted twice or lost.
    const [first, second] = [-3.5, -1.25].map((hours) => horizon + hours * hourMs) as [number, number];
    const parts = [
      { startAt: horizon - 12 * hourMs, endAt: first },
      { startAt: first, endAt: second },
      { startAt: second, endAt: horizon },
    ];
    const units = await Promise.all(parts.map(async (part) => (await ofStation(part))?.units ?? 0));
    const whole = await ofStation({ startAt: horizon - 12 * hourMs, endAt: horizon });
    expect(units.reduce((sum, one) => sum + one, 0)).toBe(whole?.units);
  });

  test('what is older than the horizon is taken up no more; what is newer is derived as ever', async () => {
    await apply(policy('events'));
    const sent = (at: number, eventId: string) => ({ ...events[0]!, at, eventId, kind: 'absent' as const });
    const late = horizon + 2 * dayMs + hourMs;
    expect(
      await store.record([sent(horizon - hourMs, 'x1'), sent(late - 2 * hourMs, 'x2'), sent(late, 'x3')]),
    ).toEqual(['past', 'past', 'recorded']);
    const segments = await queries.listSegments(
      { workerIds: [who.workerId] },
      { startAt: late, endAt: late + minuteMs },
      now,
    );
    expect(segments.map(({ state }) => state)).toEqual(['absent']);
  });

  test('who did what is forgotten, and what stations did stays', async () => {
    const before = await ofStation(all);
    const segments = await queries.listSegments({ workerIds: [who.workerId] }, all, now);
    const old = segments.filter(({ endAt }) => endAt <= horizon);
    expect((await policy('persons').preview(cut)).count).toBe(old.length);
    expect(await apply(policy('persons'))).toBe(old.length);
    expect(horizons.personsFrom(store.siteId)).toBe(horizon);
    expect(await ofStation(all)).toEqual(before);
    expect(await queries.listSegments({ workerIds: [who.workerId] }, all, now)).toEqual(
      segments.filter(({ endAt }) => endAt > horizon),
    );
    const rows = await db.read.select().from(db.tables.activityEvents);
    expect(rows).toHaveLength(events.length);
    for (const { at, workerId } of rows) expect(workerId === 0).toBe(at < horizon);
    const newer = { startAt: horizon, endAt: now };
    const sums = (await queries.sumByWorker([who.workerId], newer, now)).get(who.workerId);
    expect(sums?.units).toBe((await ofStation(newer))?.units);
    // Sent once more by a program that had no answer.
    expect(await store.record([events[0]!, events.at(-1)!])).toEqual(['duplicate', 'duplicate']);
  });
});
