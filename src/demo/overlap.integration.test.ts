import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestApp } from '../testing/test-app.ts';

const form = { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' } };
let dir: string;
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'linesight-shared-')));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('a demo plant in a watched folder is neither started nor removed, and the real images stay', async () => {
  // As an earlier version left it that was started on an empty folder.
  mkdirSync(join(dir, '.linesight-demo'));
  for (const mark of ['made-here', 'stopped']) writeFileSync(join(dir, '.linesight-demo', mark), '');
  const image = join(dir, 'S9', 'OR-3CT', 'OK-20250906-102131-132.jpg');
  mkdirSync(join(image, '..'), { recursive: true });
  writeFileSync(image, 'taken by a camera');
  await using plant = await createTestApp({ env: { WATCH_DIR: dir, DEMO_DIR: dir } });
  const { demo, inspections } = plant.services;
  expect(demo).toMatchObject({ isAllowed: false, overlaps: dir, state: 'stopped' });
  for (const name of ['start', 'remove']) expect((await plant.post(`/demo/${name}`, form)).status).toBe(409);
  expect(existsSync(image)).toBe(true);
  expect(inspections.sources.list()).toHaveLength(1);
  expect(inspections.reads.isDemo(inspections.reads.names.findStationId('S9') ?? 0)).toBe(false);
  const page = await plant.text('/system');
  expect(page).toContain('The demo plant cannot be used');
  expect(page).not.toContain('action="/demo/remove"');
});

test('a removal that had begun on what is a watched folder now waits', async () => {
  const watch = { WATCH_DIR: join(dir, 'data'), DEMO_DIR: join(dir, 'demo') };
  mkdirSync(watch.WATCH_DIR);
  await using plant = await createTestApp({ env: watch });
  const { demo } = plant.services;
  await plant.services.inspections.rootRemoval.begin(watch.WATCH_DIR);
  await demo.resume();
  expect(demo.state).toBe('absent');
  expect(await plant.services.inspections.rootRemoval.isKnown(watch.WATCH_DIR)).toBe(true);
});

test('no folder is added that the demo plant writes to', async () => {
  const demoDir = join(dir, 'demo');
  for (const folder of ['demo/S9', 'demo-live/original']) mkdirSync(join(dir, folder), { recursive: true });
  await using plant = await createTestApp({ env: { DEMO_DIR: demoDir } });
  const { recordRoots } = plant.services.inspections;
  for (const path of [dir, demoDir, join(demoDir, 'S9'), join(dir, 'demo-live')])
    expect(await recordRoots.add(path)).toEqual({ ok: false, fault: { key: 'own' } });
});
