import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { addToken } from '../testing/people.ts';
import { createTestApp, type TestApp, testNow } from '../testing/test-app.ts';

async function health(plant: TestApp): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await plant.request('/health');
  expect(answer.headers.get('cache-control')).toBe('no-store');
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

test('a working plant is healthy, in the formats of all replaced systems', async () => {
  await using plant = await createTestApp({ images: ['S9/A/OK-20250906-102131-1.jpg'] });
  expect(await health(plant)).toEqual({
    status: 200,
    body: {
      status: 'healthy',
      service: 'linesight',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      database: true,
      storage: true,
      timestamp: testNow,
      uptimeMs: 0,
      stats: {
        listeners: [],
        live: { cameras: expect.toBeOneOf([0, 1]), offline: [], silent: [], is_file_watcher: true },
        sockets: { open: 0, refused: 0, lost: 0, cutOff: 0 },
        database: { writeFault: null, pendingWrites: expect.any(Number) },
        storage: { freeBytes: expect.any(Number), isKept: true },
        predictions: { imageDir: expect.any(String), fault: null },
        events: [expect.objectContaining({ way: 'http', state: 'open', fault: null, recorded: 0 })],
        sources: [
          expect.objectContaining({
            state: 'online',
            mode: 'poll',
            knownFiles: 1,
            incomplete: 0,
            offlineSince: null,
            lastSweep: expect.objectContaining({ filesSeen: 1, durationMs: expect.any(Number) }),
          }),
        ],
        stream: expect.objectContaining({ viewers: 0 }),
        thumbnails: expect.any(Object),
        retention: { lastRunAt: null, disks: expect.any(Array) },
        backups: expect.objectContaining({ count: 0, newestAt: null, fault: null }),
      },
    },
  });
});

test('strangers of a closed plant learn whether it works, and neither folders nor cameras', async () => {
  await using plant = await createTestApp({ env: { ACCESS: 'closed' } });
  const ask = async (headers: Record<string, string>) => {
    const answer = await plant.request('/health', { headers }, '10.0.0.9');
    return [answer.status, await answer.json()];
  };
  const status = { status: 'healthy', database: true, storage: true, timestamp: testNow };
  expect(await ask({})).toMatchObject([200, { ...status, stats: {} }]);
  expect(JSON.stringify(await ask({}))).not.toContain(plant.folder);
  const authorization = `Bearer ${await addToken(plant, ['read'])}`;
  expect(await ask({ authorization })).toMatchObject([200, { ...status, stats: { live: { offline: [] } } }]);
});

test('a missing watched folder is reported, and leaves the rest healthy', async () => {
  await using plant = await createTestApp({ images: ['S9/A/OK-20250906-102131-1.jpg'] });
  renameSync(plant.watchDir, `${plant.watchDir}-away`);
  await plant.services.inspections.sources.rescan();
  const { status, body } = await health(plant);
  expect([status, body.status, body.database, body.storage]).toEqual([200, 'healthy', true, true]);
  expect(body.stats).toMatchObject({
    sources: [
      { state: 'offline', reason: 'The folder does not exist', reasonCode: 'missing', knownFiles: 1 },
    ],
  });
});

test('a state folder that cannot be created is degraded, and every page warns that nothing is kept', async () => {
  await using plant = await createTestApp({
    before: (folder) => writeFileSync(join(folder, 'state'), 'a file where a folder should be'),
  });
  const { status, body } = await health(plant);
  expect([status, body.status, body.storage]).toEqual([503, 'degraded', false]);
  expect(body.stats).toMatchObject({ storage: { isKept: false } });
  expect(await plant.text('/')).toContain(join(plant.folder, 'state'));
  rmSync(plant.services.paths.stateDir, { recursive: true });
});

test('a state folder that goes away is degraded until it is back', async () => {
  await using plant = await createTestApp();
  const state = join(plant.folder, 'state');
  renameSync(state, `${state}-away`);
  const away = await health(plant);
  expect([away.status, away.body.status, away.body.storage]).toEqual([503, 'degraded', false]);
  expect(away.body.stats).toMatchObject({ storage: { fault: 'ENOENT' } });
  renameSync(`${state}-away`, state);
  expect((await health(plant)).status).toBe(200);
});

test('a damaged database is set aside at startup, and every page reports it', async () => {
  await using plant = await createTestApp({
    images: ['S9/A/OK-20250906-102131-1.jpg'],
    before: (folder) => {
      mkdirSync(join(folder, 'state'));
      writeFileSync(join(folder, 'state', 'data.sqlite'), 'no database any more'.repeat(1000));
    },
  });
  const asideName = `data.sqlite.corrupt-${new Date(testNow).toISOString().slice(0, 19).replaceAll(':', '-')}`;
  expect(await plant.text('/settings')).toContain(join(plant.folder, 'state', asideName));
  const { status, body } = await health(plant);
  expect([status, body.status]).toEqual([200, 'healthy']);
  expect(await plant.json('/api/v1/stations')).toMatchObject({ stations: [{ name: 'S9' }] });
});

test('a server is ready once every watched folder has been looked at, and not before', async () => {
  await using plant = await createTestApp({ images: ['S9/A/OK-20250906-102131-1.jpg'] });
  const ready = await plant.request('/health/ready');
  expect([ready.status, await ready.json()]).toEqual([200, { ready: true }]);
  const { sources } = plant.services.inspections;
  const list = sources.list;
  sources.list = () => list().map((source) => ({ ...source, state: 'starting' }));
  const early = await plant.request('/health/ready');
  expect([early.status, await early.json()]).toEqual([503, { ready: false }]);
});
