import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { mayMount, mountMemory, remountReadOnly } from '../testing/faults/mounts.ts';
import { createTestApp, type TestApp } from '../testing/test-app.ts';

const megabyte = 1024 * 1024;
const patience = { timeout: 20_000 };
const cannotMount = !mayMount();

async function health(plant: TestApp) {
  const answer = await plant.request('/health');
  const body = (await answer.json()) as { status: string; database: boolean; storage: boolean };
  return [answer.status, body.status, body.database, body.storage];
}

const images = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => `S9/OR-3CT/OK-20250906-101500-${from + i}.jpg`);
const countImages = async (plant: TestApp) =>
  ((await (await plant.post('/api/stats')).json()) as { total_count: number }).total_count;

/** A plant whose state lies on a small disk of its own. */
const createPlantOnSmallDisk = () =>
  createTestApp({ images: images(0, 10), before: (folder) => mountMemory(join(folder, 'state'), '80m') });

test.skipIf(cannotMount)(
  'a full disk is degraded, pages go on, and all is counted once there is room',
  async () => {
    await using plant = await createPlantOnSmallDisk();
    expect(await health(plant)).toEqual([200, 'healthy', true, true]);
    const filler = join(plant.folder, 'state', 'filler');
    expect(() => writeFileSync(filler, Buffer.alloc(90 * megabyte))).toThrow('ENOSPC');
    await plant.writeImages(images(10, 3000));
    void plant.services.inspections.sources.rescan();
    await vi.waitFor(
      async () => expect(await health(plant)).toEqual([503, 'degraded', false, false]),
      patience,
    );
    expect((await plant.request('/')).status).toBe(200);
    rmSync(filler);
    await vi.waitFor(async () => expect(await countImages(plant)).toBe(3010), patience);
    expect(await health(plant)).toEqual([200, 'healthy', true, true]);
  },
);

test.skipIf(cannotMount)(
  'a start on a read-only disk is degraded, says so, and counts all the same',
  async () => {
    await using plant = await createTestApp({
      images: images(0, 10),
      before: (folder) => {
        const mount = mountMemory(join(folder, 'state'), '80m');
        remountReadOnly(mount.path);
        return mount;
      },
    });
    expect(await health(plant)).toEqual([503, 'degraded', true, false]);
    expect(await plant.text('/')).toContain(join(plant.folder, 'state'));
    expect(await countImages(plant)).toBe(10);
    rmSync(plant.services.paths.stateDir, { recursive: true });
  },
);
