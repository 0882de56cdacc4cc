import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type DatabaseServer, isMissing, type ServerKind, startDatabaseServer } from './database-servers.ts';
import { createTestApp, type TestApp } from './test-app.ts';

const patience = { timeout: 60_000, interval: 200 };
const kinds: readonly ServerKind[] = ['postgres', 'mariadb'];
const images = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => `S9/OR-3CT/OK-20250906-101500-${from + i}.jpg`);

async function countImages(plant: TestApp): Promise<number> {
  const answer = (await (await plant.post('/api/stats')).json()) as { total_count: number };
  return answer.total_count;
}

describe.each(kinds.filter((kind) => !isMissing(kind)))('a plant on %s', (kind) => {
  let server: DatabaseServer;
  beforeAll(async () => {
    server = await startDatabaseServer(kind);
    server.createDatabase('plant');
    server.createDatabase('small');
  });
  afterAll(() => server.close());

  test('is watched, counted and shown as on SQLite, names compared to the letter', async () => {
    const env = { DATABASE_URL: server.url('small') };
    const paths = [
      'S9/OR-3CT/OK-20250906-101500-1.jpg',
      'S9/OR-3CT/NG-20250906-101501-2.jpg',
      's9/or-3ct/x.jpg',
    ];
    await using plant = await createTestApp({ env, images: paths });
    expect(await plant.json('/api/v1/stations')).toMatchObject({
      stations: [{ name: 'S9' }, { name: 's9' }],
    });
    expect(await plant.text('/')).toContain('OR-3CT');
    await plant.addImages(paths.map((path) => path.replace('1015', '1016')));
    expect(await countImages(plant)).toBe(4);
  });

  test('waits while the server is away, says so, and has lost nothing when it is back', async () => {
    await using plant = await createTestApp({
      env: { DATABASE_URL: server.url('plant') },
      images: images(0, 10),
    });
    expect(await countImages(plant)).toBe(10);
    await server.kill();
    await plant.writeImages(images(10, 300));
    // No process may sweep while the lock is lost with the server.
    plant.services.inspections.sources.rescan().catch(() => {});
    await vi.waitFor(async () => expect((await plant.request('/health')).status).toBe(503), patience);
    const page = await plant.request('/');
    expect([page.status, page.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await page.text()).toContain('database does not answer');
    await server.start();
    await vi.waitFor(async () => {
      await plant.services.inspections.sources.rescan();
      expect(await countImages(plant)).toBe(310);
    }, patience);
    expect((await plant.request('/health')).status).toBe(200);
  });
});
