import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tinyJpeg } from '../../testing/faults/plant-images.ts';
import { createTestApp, type TestApp } from '../../testing/test-app.ts';

const folder = mkdtempSync(join(tmpdir(), 'linesight-lines-'));
const lines = [join(folder, 'line 1'), join(folder, 'line 2')];
const images = [
  join(lines[0]!, 'S9/OR-3CT/OK-20250906-102131-1.jpg'),
  join(lines[1]!, 'S9/OR-3CT/NG-20250906-102131-1.jpg'),
];
let plant: TestApp;
beforeAll(async () => {
  for (const path of images) {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, tinyJpeg);
  }
  plant = await createTestApp({ env: { DEMO: '0', WATCH_DIR: lines.join(';') } });
});
afterAll(async () => {
  await plant.close();
  rmSync(folder, { recursive: true });
});

test('the images of all folders are counted, those of one station together', async () => {
  const answer = await plant.post('/api/stats?period=1h');
  expect(await answer.json()).toMatchObject({
    total_count: 2,
    stations: { S9: { totals: { ok: 1, ng: 1 } } },
  });
});

test('Sources lists every folder, and each gives its images to the addresses of ImgStats', async () => {
  const page = await plant.text('/sources');
  for (const path of lines) expect(page).toContain(`<code>${path}</code>`);
  for (const path of images) {
    const query = `?path=${encodeURIComponent(path)}`;
    expect((await plant.request(`/img${query}`)).status).toBe(200);
    expect((await plant.request(`/thumb${query}`)).status).toBe(200);
  }
  const outside = encodeURIComponent(join(folder, 'line 3/OK-20250906-102131-1.jpg'));
  expect((await plant.request(`/img?path=${outside}`)).status).toBe(400);
});

test('the process is ready once all of them are read', async () => {
  expect(plant.services.inspections.isReady()).toBe(true);
  expect(plant.services.inspections.sources.list().map(({ state }) => state)).toEqual(['online', 'online']);
});
