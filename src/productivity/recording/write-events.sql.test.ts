import { asc } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hourMs, minuteMs, secondMs } from '../../kernel/time/durations.ts';
import { createWallClock } from '../../kernel/time/time-zone.ts';
import type { ShiftPlan } from '../../plant/shifts/shift-plan.ts';
import type { Db } from '../../schema/db.ts';
import { createRandom } from '../../simulator/random.ts';
import { openActivityStore } from '../../testing/activity-store.ts';
import { openTestDb, testDialect } from '../../testing/databases.ts';
import { createTestClock } from '../../testing/test-clock.ts';
import { type ActivityEvent, type EventKind, eventKinds } from '../model.ts';
import { noSums, sumKeys } from './roll-up-sums.ts';

const clock = createTestClock(Date.UTC(2026, 3, 2));
const berlin = createWallClock('Europe/Berlin');
const eventOf = (at: number, kind: EventKind, more: Partial<ActivityEvent> = {}): ActivityEvent => ({
  stationId: 1,
  workerId: 1,
  kind,
  at,
  confidence: 0.9,
  count: kind === 'product_count' ? 1 : 0,
  eventId: null,
  modelId: null,
  modelVersion: null,
  ...more,
});

/** Events of workers who move between stations, over several days and both sides of a clock change. */
function manyEvents(seed: number, count: number): ActivityEvent[] {
  const { next } = createRandom(`events ${seed}`);
  const startAt = Date.UTC(2026, 2, 27, 3);
  const of = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  return Array.from({ length: count }, () => {
    // Whole minutes, so that many meet at one instant.
    const at = startAt + Math.floor(next() * 3 * 24 * 60) * minuteMs;
    return eventOf(at, of(eventKinds), {
      workerId: of([1, 2, 3]),
      stationId: of([1, 2]),
      confidence: of([0.5, 0.8, 0.9]),
      eventId: next() < 0.3 ? `e${at}${Math.floor(next() * 1e9)}` : null,
    });
  });
}

function shuffled<T>(list: readonly T[], seed: number): T[] {
  const { next } = createRandom(`order ${seed}`);
  return list
    .map((item) => ({ item, order: next() }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item);
}

describe(`events in ${testDialect}`, () => {
  let db: Db;
  beforeEach(async () => {
    db = await openTestDb(testDialect);
  });
  afterEach(() => db.close());

  async function readAll() {
    const { activitySegments: segments, activityRollUps: rollUps, activityEvents: events } = db.tables;
    return {
      segments: await db.read
        .select()
        .from(segments)
        .orderBy(asc(segments.stationId), asc(segments.workerId), asc(segments.startAt)),
      rollUps: (
        await db.read
          .select()
          .from(rollUps)
          .orderBy(asc(rollUps.level), asc(rollUps.stationId), asc(rollUps.workerId), asc(rollUps.startAt))
      ).filter((row) => sumKeys.some((key) => row[key] !== 0)),
      events: (await db.read.select({ count: events.count }).from(events)).length,
    };
  }

  test('any order of the same events, a third of them sent twice, gives the same segments and sums', async () => {
    const size = testDialect === 'sqlite' ? 10_000 : 1_000;
    const events = manyEvents(7, size);
    const whole = await openActivityStore(db, clock, 'Europe/Berlin');
    await whole.record(events);
    const expected = await readAll();
    expect(expected.segments.length).toBeGreaterThan(100);
    await db.close();
    for (const seed of [1, 2]) {
      db = await openTestDb(testDialect);
      const store = await openActivityStore(db, clock, 'Europe/Berlin');
      const sent = shuffled([...events, ...events.slice(0, size * 0.3)], seed);
      const batch = seed === 1 ? 997 : 401;
      for (let from = 0; from < sent.length; from += batch)
        await store.record(sent.slice(from, from + batch));
      expect(await readAll()).toEqual(expected);
      if (seed === 1) await db.close();
    }
  }, 180_000);

  test('one by one, in order and late, gives what a single batch gives', async () => {
    const events = manyEvents(11, 150);
    const store = await openActivityStore(db, clock, 'Europe/Berlin');
    await store.record(events);
    const expected = await readAll();
    await db.close();
    db = await openTestDb(testDialect);
    const again = await openActivityStore(db, clock, 'Europe/Berlin');
    const late = shuffled(events, 5);
    for (const event of late) await again.record([event]);
    expect(await readAll()).toEqual(expected);
  });

  test('roll-ups of every level are the sums of the segments and events', async () => {
    const store = await openActivityStore(db, clock, 'Europe/Berlin');
    for (const part of [1, 2, 3]) await store.record(manyEvents(part, 300));
    const { segments, rollUps, events } = await readAll();
    for (const level of [0, 1, 2]) {
      const sum = noSums();
      for (const row of rollUps.filter((one) => one.level === level && one.workerId !== 0))
        for (const key of sumKeys) sum[key] += row[key];
      const time = { working: 0, idle: 0, absent: 0 };
      const planned = { working: 0, idle: 0, absent: 0 };
      for (const { state, startAt, endAt, workerId, isPlanned } of segments) {
        if (workerId === 0) continue;
        time[state] += endAt - startAt;
        if (isPlanned) planned[state] += endAt - startAt;
      }
      expect([sum.workingMs, sum.idleMs, sum.absentMs]).toEqual([time.working, time.idle, time.absent]);
      expect([sum.plannedWorkingMs, sum.plannedIdleMs, sum.plannedAbsentMs]).toEqual([
        planned.working,
        planned.idle,
        planned.absent,
      ]);
      expect(sum.events).toBe(events);
    }
  });

  test('plans changed later give what they would have given at once, whatever they were before', async () => {
    const days = [1, 2, 3, 4, 5, 6, 7];
    const planOf = (start: string, end: string): ShiftPlan => ({
      cycleDays: 7,
      cycleFrom: '2026-01-05',
      shifts: [{ name: 'Shift', start, end, breaks: [{ start: '12:00', end: '12:30' }], days }],
      exceptions: [],
      downtimes: [],
    });
    const events = manyEvents(3, 400);
    const fresh = await openActivityStore(db, clock, 'Europe/Berlin');
    await fresh.setPlan(planOf('09:30', '02:00'));
    await fresh.record(events);
    const expected = await readAll();
    await db.close();
    db = await openTestDb(testDialect);
    const store = await openActivityStore(db, clock, 'Europe/Berlin');
    await store.record(events);
    for (const [start, end] of [
      ['06:00', '14:00'],
      ['09:30', '02:00'],
    ] as const) {
      expect(await readAll()).not.toEqual(expected);
      await store.setPlan(planOf(start, end));
      await store.rebuild();
    }
    expect(await readAll()).toEqual(expected);
    await store.rebuild();
    expect(await readAll()).toEqual(expected);
  });

  test('a station is occupied while any of its workers is, not the sum of them', async () => {
    const store = await openActivityStore(db, clock);
    const at = (hour: number) => Date.UTC(2026, 0, 15, hour);
    await store.record([
      eventOf(at(8), 'working'),
      eventOf(at(8) + 30 * minuteMs, 'idle', { workerId: 2 }),
      eventOf(at(9), 'absent'),
      eventOf(at(9) + 10 * minuteMs, 'absent', { workerId: 2 }),
    ]);
    const { segments } = await readAll();
    const ofStation = segments.filter(({ workerId }) => workerId === 0);
    expect(ofStation.map(({ state, startAt, endAt }) => [state, (endAt - startAt) / minuteMs])).toEqual([
      ['working', 60],
      ['idle', 10],
      ['absent', 60],
    ]);
  });

  test('segments end at midnight and at the borders of planned time', async () => {
    const store = await openActivityStore(db, clock, 'Europe/Berlin');
    const at = (text: string) => berlin.parse(text)!;
    await store.record(
      [eventOf(at('2026-01-15T07:30'), 'working'), eventOf(at('2026-01-16T09:00'), 'absent')],
      48 * hourMs,
    );
    const { segments } = await readAll();
    const texts = segments
      .filter(({ workerId, state }) => workerId === 1 && state === 'working')
      .map(({ startAt, endAt, isPlanned }) => [
        berlin.fieldText(startAt).slice(5),
        berlin.fieldText(endAt).slice(5),
        isPlanned,
      ]);
    expect(texts).toEqual([
      ['01-15T07:30', '01-15T08:00', false],
      ['01-15T08:00', '01-15T17:00', true],
      ['01-15T17:00', '01-16T00:00', false],
      ['01-16T00:00', '01-16T08:00', false],
      ['01-16T08:00', '01-16T09:00', true],
    ]);
  });

  test('a sender’s id with other content is refused, and an equal event keeps the higher confidence', async () => {
    const store = await openActivityStore(db, clock);
    const at = Date.UTC(2026, 0, 15, 8);
    const event = eventOf(at, 'working', { eventId: 'a' });
    expect(await store.record([event, { ...event, kind: 'idle' }, { ...event, confidence: 0.2 }])).toEqual([
      'recorded',
      'conflict',
      'duplicate',
    ]);
    expect(await store.record([{ ...event, stationId: 2 }])).toEqual(['conflict']);
    // A tie between two senders turns when the less sure one becomes surer.
    const other = eventOf(at, 'idle', { confidence: 0.1 });
    await store.record([other]);
    const stateNow = async () => (await readAll()).segments[0]?.state;
    expect(await stateNow()).toBe('working');
    expect(await store.record([{ ...other, confidence: 0.95 }])).toEqual(['duplicate']);
    expect(await stateNow()).toBe('idle');
    expect(await store.record([{ ...other, confidence: 0.3 }])).toEqual(['duplicate']);
    expect(await stateNow()).toBe('idle');
    expect((await readAll()).events).toBe(2);
  });

  test('states and unknown time add up to planned time, over nights, breaks and both clock changes', async () => {
    const store = await openActivityStore(db, clock, 'Europe/Berlin');
    const days = [1, 2, 3, 4, 5, 6, 7];
    await store.setPlan({
      cycleDays: 7,
      cycleFrom: '2026-01-05',
      shifts: [
        { name: 'Day', start: '06:00', end: '18:00', breaks: [{ start: '12:00', end: '12:30' }], days },
        { name: 'Night', start: '18:00', end: '06:00', breaks: [{ start: '02:15', end: '02:45' }], days },
      ],
      exceptions: [],
      downtimes: [{ start: '2026-03-28T10:00', end: '2026-03-28T11:00', reason: 'Service' }],
    });
    const [startAt, endAt] = [berlin.parse('2026-03-28T00:00')!, berlin.parse('2026-03-30T00:00')!];
    const everySecond = Array.from({ length: 96 }, (_, i) =>
      eventOf(startAt - hourMs + i * (32 * minuteMs + 7 * secondMs), i % 3 === 0 ? 'idle' : 'working'),
    );
    await store.record(everySecond);
    const { segments } = await readAll();
    const known = segments.filter(({ workerId, isPlanned }) => workerId === 1 && isPlanned);
    const knownMs = known.reduce(
      (sum, one) => sum + Math.max(0, Math.min(one.endAt, endAt) - Math.max(one.startAt, startAt)),
      0,
    );
    // 48 h less the hour that is skipped, three half hours of breaks and an hour of downtime; heard of without a gap.
    expect(knownMs).toBe((47 - 4 * 0.5 - 1) * hourMs);
  });
});
