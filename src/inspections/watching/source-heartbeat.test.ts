import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startingStatus } from '../../kernel/folder-scan/root-status.ts';
import type { Bus } from '../../kernel/processes/bus/bus.ts';
import { createTestClock } from '../../kernel/time/clock.ts';
import { openTestDb } from '../../testing/databases.ts';
import { openMemoryBuses } from '../../testing/memory-bus.ts';
import type { SourceStatus } from '../model.ts';
import { ensureRoot } from '../recording/folders.ts';
import { createSharedSources } from './source-heartbeat.ts';

test('a folder told of on the bus is believed only where the database has it for this site', async () => {
  const db = await openTestDb('sqlite');
  const clock = createTestClock(0);
  const [here, there] = openMemoryBuses(2) as [Bus, Bus];
  onTestFinished(async () => {
    await here.stop();
    await there.stop();
    await db.close();
  });
  const shared = createSharedSources({
    ...{ db, bus: here, clock, siteId: 1, processName: 'here', watchMode: 'poll', onHeard: () => {} },
  });
  const own = await ensureRoot(db, clock, 1, '/data');
  const foreign = await ensureRoot(db, clock, 2, '/other');
  const tell = (id: number, path: string) => {
    const status = { ...startingStatus('poll'), id, path, modeOrigin: 'setting' } as SourceStatus;
    there.tell(`source:1:${id}`, { by: 'there', status });
  };
  tell(own, '/');
  tell(foreign, '/other');
  tell(99, '/etc');
  await sleep(300);
  expect(shared.listHeard()).toEqual([]);
  tell(own, '/data');
  await vi.waitFor(() => expect(shared.listHeard()).toEqual([{ id: own, path: '/data' }]), 10_000);
  tell(own, '/');
  await sleep(300);
  expect(shared.listHeard()).toEqual([{ id: own, path: '/data' }]);
});
