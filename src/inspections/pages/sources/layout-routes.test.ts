import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { tinyJpeg } from '../../../testing/faults/plant-images.ts';
import { layoutTrees } from '../../../testing/layout-trees.ts';
import { addUser, ownPage, signIn } from '../../../testing/people.ts';
import { createTestApp, type TestApp } from '../../../testing/test-app.ts';

const folder = mkdtempSync(join(tmpdir(), 'linesight-layouts-'));
const added = join(folder, 'line2');
const tree = layoutTrees.find(({ name }) => name === 'folders of verdicts with German words')!;
let plant: TestApp;
let admin: Record<string, string>;
beforeAll(async () => {
  for (const { path } of tree.files) {
    mkdirSync(dirname(join(added, path)), { recursive: true });
    writeFileSync(join(added, path), tinyJpeg);
  }
  plant = await createTestApp({
    env: { DEMO: '0', WATCH_EXCLUDE: 'calib*' },
    images: ['S9/OR-3CT/OK-20250906-102131-1.jpg'],
  });
  await addUser(plant, 'admin', 'admin');
  admin = { ...ownPage, cookie: await signIn(plant, 'admin') };
});
afterAll(async () => {
  await plant.close();
  rmSync(folder, { recursive: true });
});

const post = (path: string, form: Record<string, string>, headers: Record<string, string> = admin) =>
  plant.post(path, { headers, body: new URLSearchParams(form) }, '10.0.0.9');
const page = async (path: string) => (await plant.request(path, { headers: admin }, '10.0.0.9')).text();
const setup = () => plant.services.inspections.sources.setups().find(({ path }) => path === added);
const kinds = async () => {
  const rows = await plant.services.db.read.select().from(plant.services.db.tables.inspections);
  const own = rows.filter(({ name }) => !name.startsWith('OK-2025'));
  const count = (verdict: string | null) => own.filter((row) => row.verdict === verdict).length;
  return { OK: count('OK'), NG: count('NG'), none: count(null) };
};
const field = (text: string, name: string) =>
  new RegExp(`<input type="hidden" name="${name}" value="([^"]*)"`)
    .exec(text)![1]!
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

test('an administrator adds a folder, and its images are found at once', async () => {
  const answer = await post('/sources', { path: added });
  expect([answer.status, answer.headers.get('location')]).toEqual([
    303,
    `/sources/${setup()!.id}/layout?done=added`,
  ]);
  await plant.services.inspections.sources.rescan();
  expect(await kinds()).toEqual({ OK: 0, NG: 0, none: tree.files.length });
  expect(await page('/sources')).toContain(`<code>${added}</code>`);
  expect(await page('/audit')).toContain('added folder');
});

test('folders that overlap, belong to the system or cannot be read are refused', async () => {
  const refused = [
    plant.watchDir,
    join(plant.folder, 'state'),
    '/',
    '/etc',
    'relative',
    join(folder, 'none'),
    added,
  ];
  for (const path of refused) expect((await post('/sources', { path })).status, path).toBe(400);
});

test('the page proposes how its images are named, with totals, and reads known ones again', async () => {
  const text = await page(`/sources/${setup()!.id}/layout`);
  expect(text).toContain('Proposed');
  expect(text).toContain('100.0 % of 240 files');
  expect(text).toContain('No counter');
  const form = { kind: field(text, 'kind'), pattern: field(text, 'pattern'), words: field(text, 'words') };
  expect(form.kind).toBe('path');
  const saved = await post(`/sources/${setup()!.id}/layout`, { ...form, reread: 'all' });
  expect(saved.status).toBe(303);
  const ng = tree.files.filter(({ verdict }) => verdict === 'NG').length;
  await vi.waitFor(
    async () => expect(await kinds()).toEqual({ OK: tree.files.length - ng, NG: ng, none: 0 }),
    20_000,
  );
  await vi.waitFor(async () => expect(setup()!.rereadFrom).toBeNull(), 20_000);
  expect(plant.services.inspections.reads.names.findStationId('S3')).toBeDefined();
  await post(`/sources/${setup()!.id}/layout`, { ...form, reread: 'new' });
});

test('a pattern that another process saved is not in force before the folder is swept under it', async () => {
  const { db, inspections } = plant.services;
  const rows = await db.read.select().from(db.tables.roots);
  const row = rows.find(({ id }) => id === setup()!.id)!;
  expect(inspections.sources.sweptUnder(row)).toEqual(setup()!.naming);
  expect(inspections.sources.sweptUnder({ ...row, verdictWords: 'iO=NG, niO=OK' })).toBeUndefined();
});

test('a hostile pattern is refused before it is used, and stays in its field', async () => {
  const pattern = '^(?<pass>OK|NG)(a+)+$';
  const answer = await plant.request(
    `/sources/${setup()!.id}/layout?kind=path&pattern=${encodeURIComponent(pattern)}&words=`,
    { headers: { ...admin, accept: 'text/html' } },
    '10.0.0.9',
  );
  expect(answer.status).toBe(400);
  expect(await answer.text()).toContain('(a+)+');
  expect(
    (await post(`/sources/${setup()!.id}/layout`, { kind: 'path', pattern, words: '', reread: 'new' }))
      .status,
  ).toBe(400);
});

test('only administrators try patterns', async () => {
  await addUser(plant, 'op', 'operator');
  const operator = { ...ownPage, cookie: await signIn(plant, 'op') };
  const asked = await plant.request(`/sources/${setup()!.id}/layout`, { headers: operator }, '10.0.0.9');
  const text = await asked.text();
  expect([asked.status, text.includes('Proposed'), text.includes('<textarea')]).toEqual([200, false, false]);
  expect(text).toContain('An administrator can try');
  expect((await post('/sources', { path: folder }, operator)).status).toBe(403);
});

test('Sources lists the names that are left out', async () => {
  const text = await page('/sources');
  for (const name of ['@eaDir', '#recycle', 'calib*']) expect(text).toContain(`<code>${name}</code>`);
});

test('a removed folder is watched no more, and its images stay counted', async () => {
  expect((await post(`/sources/${setup()!.id}/remove`, {})).status).toBe(303);
  expect(setup()).toBeUndefined();
  expect((await kinds()).none).toBe(0);
  expect(await page('/sources')).not.toContain(`<code>${added}</code>`);
});
