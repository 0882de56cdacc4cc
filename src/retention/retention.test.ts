import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLog } from '../kernel/log.ts';
import type { Cut, RetentionPolicy } from '../kernel/retention-policy.ts';
import { createWallClock } from '../kernel/time/time-zone.ts';
import type { Db } from '../schema/db.ts';
import { openTestDb } from '../testing/databases.ts';
import { createTestClock } from '../testing/test-clock.ts';
import type { Disk, readDisks } from './disks.ts';
import { createRetention, type Retention } from './retention.ts';
import { lastTimeOfDay, nextTimeOfDay } from './time-of-day.ts';

const start = Date.parse('2026-03-01T12:00:00Z');
const dayMs = 86_400_000;
const hourMs = 3_600_000;
const log = createLog({ level: 'silent', pretty: false });
const clock = createTestClock(start);

let db: Db;
let running: Retention[];
beforeEach(async () => {
  db = await openTestDb('sqlite');
  clock.set(start);
  running = [];
});
afterEach(async () => {
  for (const retention of running) await retention.stop();
  await db.close();
});

/** A policy over things of a size with a time each, which deletes two a step. */
function createThings(key: string, over: Partial<RetentionPolicy> & { at: number[]; size?: number }) {
  const { at, size = 10, ...rest } = over;
  const things = at.toSorted((a, b) => a - b);
  const taken = (cut: Cut) => {
    const wanted = 'freeBytes' in cut ? Math.ceil(cut.freeBytes / size) : things.length;
    return things.filter((one) => !('before' in cut) || one < cut.before).slice(0, wanted);
  };
  const policy: RetentionPolicy = {
    key,
    limits: { days: 0, bytes: 0 },
    isEstimate: false,
    folders: () => [],
    hindrance: () => null,
    read: async () => ({ count: things.length, bytes: things.length * size, oldestAt: things[0] ?? null }),
    preview: async (cut) => ({ count: taken(cut).length, bytes: taken(cut).length * size }),
    remove: async (cut) => {
      const count = things.splice(0, Math.min(2, taken(cut).length)).length;
      return { count, bytes: count * size, failed: 0, isDone: taken(cut).length === 0 };
    },
    ...rest,
  };
  return { policy, things };
}

function open(
  policies: RetentionPolicy[],
  more: { disks?: () => Disk[]; isStarted?: boolean; isLeader?: () => boolean } = {},
): Retention {
  const retention = createRetention({
    db,
    siteId: 1,
    policies,
    clock,
    wallClock: createWallClock('UTC'),
    log,
    folders: () => ['/disk'],
    marks: { high: 0.9, low: 0.8 },
    timeOfDay: '03:30',
    onChanged: () => {},
    onRemoved: () => {},
    firstCheckMs: 0,
    checkMs: 5,
    isLeader: more.isLeader,
    readDisks: (async () => more.disks?.() ?? []) as typeof readDisks,
  });
  running.push(retention);
  if (more.isStarted) retention.start();
  return retention;
}

async function runs(retention: Retention, count: number) {
  for (let waited = 0; waited < 10_000; waited += 5) {
    const done = (await retention.runs()).filter(({ endedAt }) => endedAt !== null);
    if (done.length >= count) return done;
    await sleep(5);
  }
  throw new Error(`There were never ${count} runs`);
}

test('a run deletes what is too old and then what is too much, oldest first, and reports it', async () => {
  const days = createThings('audit', {
    at: [1, 2, 3, 40, 50].map((ago) => start - ago * dayMs),
    limits: { days: 30, bytes: 0 },
  });
  const size = createThings('sources', {
    at: [1, 2, 3, 4, 5].map((ago) => start - ago * dayMs),
    limits: { days: 0, bytes: 25 },
  });
  const retention = open([days.policy, size.policy]);
  const due = (await retention.measure()).map(({ key, due }) => [key, due.count]);
  expect(due).toEqual([
    ['audit', 2],
    ['sources', 3],
  ]);
  expect(retention.run()).toBe(true);
  expect(retention.run()).toBe(false);
  await retention.settled();
  expect(days.things).toHaveLength(3);
  expect(size.things).toEqual([start - 2 * dayMs, start - dayMs]);
  expect(await retention.runs()).toMatchObject([
    {
      cause: 'hand',
      outcome: 'done',
      removed: { audit: { count: 2, bytes: 20 }, sources: { count: 3, bytes: 30 } },
    },
  ]);
  expect((await retention.measure()).map(({ due }) => due.count)).toEqual([0, 0]);
});

test('a policy with a hindrance deletes nothing, and one that fails does not stop the others', async () => {
  const old = { at: [start - 40 * dayMs], limits: { days: 30, bytes: 0 } };
  const barred = createThings('inspections', { ...old, hindrance: () => 'reading' });
  const broken = createThings('gaps', { ...old, remove: () => Promise.reject(new Error('disk on fire')) });
  const well = createThings('audit', old);
  const retention = open([barred.policy, broken.policy, well.policy]);
  retention.run();
  await retention.settled();
  expect([barred, broken, well].map(({ things }) => things.length)).toEqual([1, 1, 0]);
  expect(await retention.runs()).toMatchObject([{ outcome: 'failed', removed: { audit: { count: 1 } } }]);
});

test('it runs once a night, and at startup after a night the machine was off', async () => {
  const retention = open([createThings('audit', { at: [] }).policy], { isStarted: true });
  expect(await runs(retention, 1)).toMatchObject([{ cause: 'first', startedAt: start }]);
  clock.set(start + 10 * hourMs);
  await sleep(30);
  expect(await retention.runs()).toHaveLength(1);
  clock.set(Date.parse('2026-03-02T03:31:00Z'));
  expect((await runs(retention, 2))[0]).toMatchObject({ cause: 'night', outcome: 'done' });
  await retention.stop();
  clock.set(Date.parse('2026-03-05T09:00:00Z'));
  expect((await runs(open([], { isStarted: true }), 3)).map(({ cause }) => cause)).toEqual([
    'late',
    'night',
    'first',
  ]);
});

test('a run that was cut short by a shutdown or a crash is repeated at the next start', async () => {
  const { policy, things } = createThings('audit', {
    at: Array.from({ length: 40 }, (_, i) => start - (60 + i) * dayMs),
    limits: { days: 30, bytes: 0 },
  });
  const slow = { ...policy, remove: async (cut: Cut) => sleep(20).then(() => policy.remove(cut)) };
  const first = open([slow]);
  first.run();
  await vi.waitFor(() => expect(things.length).toBeLessThan(40), { timeout: 10_000, interval: 1 });
  await first.stop();
  expect(things.length).toBeGreaterThan(0);
  expect(things.length).toBeLessThan(40);
  expect((await first.runs())[0]).toMatchObject({ outcome: 'stopped' });
  await db.tx((q) =>
    q.insert(db.tables.retentionRuns).values({ siteId: 1, startedAt: start, cause: 'hand', removed: {} }),
  );
  const second = open([policy], { isStarted: true });
  expect(await runs(second, 3)).toMatchObject([
    { cause: 'again', outcome: 'done' },
    { outcome: 'stopped' },
    { outcome: 'stopped' },
  ]);
  expect(things).toEqual([]);
});

test('a full disk is relieved to its low mark by the policies that lie on it, in order, and reported as stuck if it stays full', async () => {
  const at = [1, 2, 3, 4, 5].map((ago) => start - ago * dayMs);
  const first = createThings('thumbnails', { at: at.slice(0, 2), folders: () => ['/disk'] });
  const second = createThings('sources', { at, folders: () => ['/disk'] });
  const elsewhere = createThings('copies', { at, folders: () => ['/other'] });
  const left = () => (first.things.length + second.things.length) * 10;
  let others = 875;
  const disks = () => {
    const usedBytes = others + left();
    return [{ folders: ['/disk'], totalBytes: 1000, usedBytes, usedRate: usedBytes / 1000 }];
  };
  const retention = open([first.policy, elsewhere.policy, second.policy], { disks });
  others = 850;
  retention.run();
  await retention.settled();
  expect([first.things.length, second.things.length, elsewhere.things.length]).toEqual([0, 0, 5]);
  const third = open([first.policy, second.policy], { disks, isStarted: true });
  others = 950;
  await runs(third, 2);
  for (let waited = 0; third.disks[0]?.state !== 'stuck' && waited < 10_000; waited += 5) await sleep(5);
  expect(third.disks).toMatchObject([{ state: 'stuck', usedRate: 0.95 }]);
});

test.each([
  ['Europe/Berlin', '02:30', '2026-03-29T12:00:00Z', '2026-03-29T01:30:00.000Z'],
  ['Europe/Berlin', '02:30', '2026-10-25T12:00:00Z', '2026-10-25T00:30:00.000Z'],
  ['Asia/Seoul', '03:30', '2026-03-01T18:00:00Z', '2026-02-28T18:30:00.000Z'],
  ['Asia/Seoul', '03:30', '2026-03-01T18:30:00Z', '2026-03-01T18:30:00.000Z'],
])('in %s the last %s before %s was at %s', (zone, timeOfDay, now, expected) => {
  const wallClock = createWallClock(zone);
  const last = lastTimeOfDay(timeOfDay, Date.parse(now), wallClock);
  expect(new Date(last).toISOString()).toBe(expected);
  const next = nextTimeOfDay(timeOfDay, Date.parse(now), wallClock);
  expect(next).toBeGreaterThan(Date.parse(now));
  expect(next - last).toBeLessThanOrEqual(25 * hourMs);
});

test('a process that loses the lead during a run leaves the rest to the new leader', async () => {
  let isLeader = true;
  const { policy, things } = createThings('a', {
    at: [1, 2, 3, 4, 5, 6].map((i) => start - i * dayMs * 10),
    limits: { days: 5, bytes: 0 },
  });
  const losing: RetentionPolicy = {
    ...policy,
    remove: async (cut) => {
      isLeader = false;
      return policy.remove(cut);
    },
  };
  const retention = open([losing], { isLeader: () => isLeader });
  expect(retention.run()).toBe(true);
  await retention.settled();
  expect(things).toHaveLength(4);
  expect((await retention.runs())[0]).toMatchObject({ outcome: 'stopped', removed: { a: { count: 2 } } });
});
