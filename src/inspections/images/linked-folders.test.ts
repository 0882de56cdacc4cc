import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tinyJpeg } from '../../testing/faults/plant-images.ts';
import { createTestApp, type TestApp } from '../../testing/test-app.ts';

const outside = mkdtempSync(join(tmpdir(), 'linesight-linked-'));
const name = 'OK-20250906-102131-1.jpg';
let plant: TestApp;
beforeAll(async () => {
  for (const folder of ['allowed/OR', 'other/OR']) {
    mkdirSync(join(outside, folder), { recursive: true });
    writeFileSync(join(outside, folder, name), tinyJpeg);
  }
  plant = await createTestApp({
    env: { DEMO: '0', WATCH_LINKS_TO: join(outside, 'allowed') },
    before: (folder) => {
      mkdirSync(join(folder, 'watch'));
      symlinkSync(join(outside, 'allowed'), join(folder, 'watch/S9'));
      symlinkSync(join(outside, 'other'), join(folder, 'watch/S4'));
    },
  });
});
afterAll(async () => {
  await plant.close();
  rmSync(outside, { recursive: true });
});

test('an image behind a followed link is counted and shown', async () => {
  const [image, ...others] = await plant.services.inspections.reads.inspections.list({}, { limit: 5 });
  expect([image?.path, others]).toEqual([`S9/OR/${name}`, []]);
  expect((await plant.request(`/images/${image!.id}/${image!.revision}/original`)).status).toBe(200);
  const path = (station: string) => encodeURIComponent(join(plant.watchDir, station, 'OR', name));
  expect((await plant.request(`/img?path=${path('S9')}`)).status).toBe(200);
  expect((await plant.request(`/img?path=${path('S4')}`)).status).toBe(400);
});

test('Sources names the link that is not followed', async () => {
  expect(await plant.text('/sources')).toMatch(/1 links to folders are not followed:\s*<code>S4<\/code>/);
});
