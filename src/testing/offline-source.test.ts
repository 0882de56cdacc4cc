import { renameSync } from 'node:fs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createTestApp, type TestApp } from './test-app.ts';

const nameAt = (minute: number, count: number) => `OK-20250906-10${minute}00-${count}.jpg`;

let plant: TestApp;
beforeAll(async () => {
  plant = await createTestApp({
    env: { DEMO: '0', POLL_INTERVAL_SEC: '1' },
    images: Array.from({ length: 60 }, (_, i) => `S9/OR-3CT/${nameAt(20 + Math.floor(i / 6), i)}`),
  });
});
afterAll(() => plant.close());

/** Depending on how much history the judgement asks for. */
const fine = /^(?:running|notEnoughHistory)$/;

const stateOf = async () =>
  ((await plant.json('/api/v1/stations')) as { stations: Record<string, unknown>[] }).stations[0];
const isOffline = () =>
  vi.waitFor(() => expect(plant.services.inspections.sources.list()[0]?.state).toBe('offline'), 20_000);

test('a folder that is gone overrides its stations everywhere, and nothing is said to be right', async () => {
  expect(await stateOf()).toMatchObject({ name: 'S9', state: expect.stringMatching(fine), alsoWrong: [] });
  expect(await plant.text('/overview')).toContain('nothing known to be wrong');

  renameSync(plant.watchDir, `${plant.watchDir}.gone`);
  await isOffline();
  expect(await stateOf()).toMatchObject({ state: 'sourceOffline', stateSince: expect.any(Number) });
  for (const page of ['/', '/inspections?kiosk=1', '/overview', '/overview?kiosk=1', '/stations/S9'])
    expect(await plant.text(page), page).toContain('Source offline since');
  expect(await plant.text('/overview')).not.toMatch(/nothing (?:is|known to be) wrong/);
  expect(await plant.text('/stations/S9')).toMatch(/Where to look.*cannot be read/s);

  renameSync(`${plant.watchDir}.gone`, plant.watchDir);
  await vi.waitFor(
    async () => expect(await stateOf()).toMatchObject({ state: expect.stringMatching(fine) }),
    20_000,
  );
});

test('a folder that is gone is a banner on every page and wall, and no longer once it is back', async () => {
  const pages = [
    '/',
    '/overview?kiosk=1',
    '/live',
    '/live?kiosk=1',
    '/sources',
    '/settings',
    '/stations/S9',
    '/docs',
  ];
  const banner = `Watch folder offline</b> <code>${plant.watchDir}</code>`;
  renameSync(plant.watchDir, `${plant.watchDir}.gone`);
  await isOffline();
  for (const page of [...pages, '/plant/now']) expect(await plant.text(page), page).toContain(banner);
  for (const page of pages) {
    const html = await plant.text(page);
    expect(html, page).toMatch(/<title data-title="[^"]*">Watch folder offline · /);
    expect(html, page).toMatch(
      /rel="icon"\s+type="image\/svg\+xml"\s+href="\/static\/icons\/linesight-alert\./,
    );
  }
  expect(await plant.text('/')).toMatch(/id="connection"\s+data-state="none"\s+data-plant="offline"/);
  renameSync(`${plant.watchDir}.gone`, plant.watchDir);
  await vi.waitFor(async () => expect(await plant.text('/plant/now')).not.toContain(banner), 20_000);
  for (const page of pages) {
    const html = await plant.text(page);
    expect(html, page).not.toContain(banner);
    expect(html, page).not.toContain('>Watch folder offline · ');
  }
});

test('the age of the data is that of the newest image, on pages without images too', async () => {
  const newestAt = Date.parse('2025-09-06T10:29:00+09:00');
  for (const page of ['/', '/settings', '/plant/now'])
    expect(await plant.text(page), page).toContain(`data-newest-at="${newestAt}"`);
  await plant.addImages(['S4/OR-3CT/NG-20250906-103000-1.jpg']);
  expect(await plant.text('/plant/now')).toContain(`data-newest-at="${newestAt + 60_000}"`);
});
