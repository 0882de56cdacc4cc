import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startingStatus } from '../../kernel/folder-scan/model/root-status.ts';
import type { Bus } from '../../kernel/processes/bus/bus.ts';
import { openTestDb } from '../../testing/databases.ts';
import { openMemoryBuses } from '../../testing/memory-bus.ts';
import { createTestClock } from '../../testing/test-clock.ts';
import type { SourceStatus } from '../model.ts';
import { ensureRoot } from '../recording/folders.ts';
import { createSourceHeartbeats } from './source-heartbeat.ts';

test('a folder published on the bus is accepted only when the database has it for this site', async () => {
  const db = await openTestDb('sqlite');
  const clock = createTestClock(0);
  const [here, there] = openMemoryBuses(2) as [Bus, Bus];
  onTestFinished(async () => {
    await here.stop();
    await there.stop();
    await db.close();
  });
  const heartbeats = createSourceHeartbeats({
    db,
    bus: here,
    clock,
    siteId: 1,
    processName: 'here',
    watchMode: 'poll',
    onChanged: () => {},
  });
  const own = await ensureRoot(db, clock, 1, '/data');
  const foreign = await ensureRoot(db, clock, 2, '/other');
  const publish = (id: number, path: string) => {
    const status = { ...startingStatus('poll'), id, path, modeOrigin: 'setting' } as SourceStatus;
    there.publish(`source:1:${id}`, { by: 'there', status });
  };
  publish(own, '/');
  publish(foreign, '/other');
  publish(99, '/etc');
  await sleep(300);
  expect(heartbeats.listRemote()).toEqual([]);
  publish(own, '/data');
  await vi.waitFor(() => expect(heartbeats.listRemote()).toEqual([{ id: own, path: '/data' }]), 10_000);
  publish(own, '/');
  await sleep(300);
  expect(heartbeats.listRemote()).toEqual([{ id: own, path: '/data' }]);
});

test('a folder whose process falls silent is unwatched after 16 s, since it was heard of last', async () => {
  const db = await openTestDb('sqlite');
  const clock = createTestClock(0);
  const [here, there] = openMemoryBuses(2) as [Bus, Bus];
  onTestFinished(async () => {
    await here.stop();
    await there.stop();
    await db.close();
  });
  const heartbeats = createSourceHeartbeats({
    db,
    bus: here,
    clock,
    siteId: 1,
    processName: 'here',
    watchMode: 'poll',
    onChanged: () => {},
  });
  const root = { id: await ensureRoot(db, clock, 1, '/data'), path: '/data' };
  const status = { ...startingStatus('poll'), ...root, modeOrigin: 'setting' } as SourceStatus;
  clock.set(20_000);
  there.publish(`source:1:${root.id}`, { by: 'there', status });
  await vi.waitFor(() => expect(heartbeats.isWatched(root.id)).toBe(true), 10_000);
  clock.advance(15_999);
  expect(heartbeats.describe(root)).toMatchObject({ watchedBy: 'there', reasonCode: null });
  clock.advance(1);
  expect(heartbeats.describe(root)).toMatchObject({
    state: 'offline',
    reasonCode: 'unwatched',
    offlineSince: 20_000,
  });
  there.publish(`source:1:${root.id}`, { by: 'there', status });
  await vi.waitFor(() => expect(heartbeats.isWatched(root.id)).toBe(true), 10_000);
  expect(heartbeats.describe(root)).toMatchObject({ watchedBy: 'there', offlineSince: null });
});
