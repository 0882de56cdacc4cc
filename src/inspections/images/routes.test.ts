import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createImagePlant, drawJpeg, type ImagePlant } from '../../testing/image-plant.ts';
import type { InspectionRef } from '../model.ts';
import { startImageRetries } from './retry-images.ts';

const jpeg = await drawJpeg();
const otherJpeg = await drawJpeg(200, 100, '#a32020');
const cut = (await drawJpeg(800, 600)).subarray(0, 1500);
const localHeaders = { 'sec-fetch-site': 'same-origin' };

let plant: ImagePlant;
beforeEach(async () => {
  plant = await createImagePlant();
});
afterEach(() => plant.close());

const src = ({ id, revision }: InspectionRef, size: string) => `/images/${id}/${revision}/${size}`;
const get = (inspection: InspectionRef, size = 'strip.webp') => plant.app.request(src(inspection, size));
const errorOf = (response: Response) => response.headers.get('x-image-error');
const pathOf = (inspection: InspectionRef) => join(plant.watchDir, inspection.path);

async function listBad(): Promise<{ name: string; reason: string; attempts: number }[]> {
  await plant.images.flush();
  const { images } = await plant.reads.inspections.listBadImages(10);
  return images.map(({ inspection, reason, attempts }) => ({ name: inspection.name, reason, attempts }));
}

test('an image has strip and card thumbnails, widths for large screens and its original, all cacheable for ever', async () => {
  const inspection = await plant.add('OK-1.jpg', jpeg);
  for (const [size, type] of [
    ['strip.webp', 'image/webp'],
    ['card.webp', 'image/webp'],
    ['w320.webp', 'image/webp'],
    ['w1920.jpg', 'image/jpeg'],
    ['original', 'image/jpeg'],
  ] as const) {
    for (const _ of ['made', 'remembered']) {
      const response = await get(inspection, size);
      expect(response.status).toBe(200);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'content-type': type,
        'cache-control': 'private, max-age=31536000, immutable',
        'x-content-type-options': 'nosniff',
        'content-security-policy': "sandbox; default-src 'none'",
      });
      expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(30);
    }
  }
  expect(plant.store.stats()).toMatchObject({ rendered: 4, fromMemory: 4 });
});

test('an old address redirects to the current one, an unknown image is not found', async () => {
  const inspection = await plant.add('OK-1.jpg', jpeg);
  const old = await get({ ...inspection, revision: 7 }, 'card.webp');
  expect([old.status, old.headers.get('location'), old.headers.get('cache-control')]).toEqual([
    302,
    src(inspection, 'card.webp'),
    'no-store',
  ]);
  expect((await plant.app.request('/images/999/0/strip.webp')).status).toBe(404);
  expect((await get(inspection, 'w7.webp')).status).toBe(404);
  expect((await get(inspection, 'constructor.webp')).status).toBe(404);
  for (const path of ['/images/x/0/strip.webp', '/images/1/0/huge.webp', '/images/1/0/..%2foriginal'])
    expect((await plant.app.request(path)).status).toBe(404);
});

test('an unreadable image shows why, in the language of the reader, and is listed once with its reason', async () => {
  const bad = await plant.add('NG-1.jpg', cut);
  const notImage = await plant.add('NG-2.jpg', Buffer.from('<script>alert(1)</script>'));
  const response = await get(bad);
  expect([response.status, response.headers.get('content-type'), errorOf(response)]).toEqual([
    200,
    'image/svg+xml',
    'truncated',
  ]);
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(await response.text()).toMatch(/<svg .*File ends too.*early/);
  const korean = await plant.app.request(src(notImage, 'card.webp'), {
    headers: { 'accept-language': 'ko' },
  });
  expect(await korean.text()).toContain('아닙니다');
  await get(bad);
  await get(bad, 'card.webp');
  expect(await listBad()).toEqual(
    expect.arrayContaining([
      { name: 'NG-1.jpg', reason: 'truncated', attempts: 1 },
      { name: 'NG-2.jpg', reason: 'not_an_image', attempts: 1 },
    ]),
  );
  expect(plant.changes()).toBeGreaterThan(0);
});

test('the retry button retries at once, counts the attempt, and removes a readable image from the list', async () => {
  const inspection = await plant.add('NG-1.jpg', cut);
  await get(inspection);
  const retry = (headers: Record<string, string>) =>
    plant.app.request(`/images/${inspection.id}/retry`, { method: 'POST', headers });
  expect((await retry({ 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  expect((await retry(localHeaders)).status).toBe(303);
  expect(await listBad()).toEqual([{ name: 'NG-1.jpg', reason: 'truncated', attempts: 2 }]);
  writeFileSync(pathOf(inspection), jpeg);
  expect((await retry(localHeaders)).headers.get('location')).toBe(`/inspections/${inspection.id}`);
  expect(await listBad()).toEqual([]);
  expect(errorOf(await get(inspection))).toBeNull();
});

test('an image that a share could not read for a while recovers by itself', async () => {
  const inspection = await plant.add('OK-1.jpg', jpeg);
  const path = pathOf(inspection);
  renameSync(path, `${path}.real`);
  symlinkSync('loop', path.replace('OK-1.jpg', 'loop'));
  symlinkSync('loop', path);
  expect(errorOf(await get(inspection))).toBe('unreadable');
  expect(await listBad()).toHaveLength(1);

  rmSync(path);
  renameSync(`${path}.real`, path);
  const retries = startRetries();
  await retries.retryNow();
  expect(await listBad()).toHaveLength(1);
  plant.clock.advance(61_000);
  await retries.retryNow();
  expect(await listBad()).toEqual([]);
  await retries.stop();
});

test('an image that stays unreadable is retried less and less often', async () => {
  await get(await plant.add('NG-1.jpg', cut));
  expect(await listBad()).toMatchObject([{ attempts: 1 }]);
  const retries = startRetries();
  for (let minute = 0; minute < 180; minute++) {
    plant.clock.advance(60_000);
    await retries.retryNow();
  }
  await retries.stop();
  expect((await listBad())[0]?.attempts).toBe(6);
});

test('a half-written image says so, and gets a new address when it is complete', async () => {
  const whole = await drawJpeg(800, 600);
  const inspection = await plant.add('OK-1.jpg', whole.subarray(0, 900), { ageMs: 1000, byName: true });
  for (const size of ['strip.webp', 'original']) {
    const response = await get(inspection, size);
    expect([response.status, errorOf(response)]).toEqual([200, 'incomplete']);
  }
  expect(await listBad()).toEqual([]);

  const retries = startRetries();
  await retries.retryNow();
  expect((await plant.find(inspection.id)).revision).toBe(0);
  writeFileSync(pathOf(inspection), whole);
  await retries.retryNow();
  await retries.stop();
  const current = await plant.find(inspection.id);
  expect(current).toMatchObject({ revision: 1, sizeBytes: whole.length });
  expect([errorOf(await get(current)), plant.images.listWaiting()]).toEqual([null, []]);
});

test('a half-written file that stops growing becomes an unreadable image', async () => {
  const inspection = await plant.add('OK-1.jpg', cut, { ageMs: 1000, byName: true });
  expect(errorOf(await get(inspection))).toBe('incomplete');
  plant.clock.advance(61_000);
  expect(errorOf(await get(inspection))).toBe('truncated');
  expect(await listBad()).toEqual([{ name: 'OK-1.jpg', reason: 'truncated', attempts: 1 }]);
});

test('an old image recorded by its name alone gets its size when it is first viewed', async () => {
  const inspection = await plant.add('OK-1.jpg', jpeg, { byName: true });
  expect(inspection.sizeBytes).toBeNull();
  await get(inspection);
  await plant.images.flush();
  expect(await plant.find(inspection.id)).toMatchObject({ sizeBytes: jpeg.length, revision: 0 });
});

test('a missing file keeps its thumbnail, and its other sizes say since when it is missing', async () => {
  const inspection = await plant.add('OK-1.jpg', jpeg);
  await get(inspection);
  rmSync(pathOf(inspection));
  expect(errorOf(await get(inspection))).toBeNull();
  expect(errorOf(await get(inspection, 'card.webp'))).toBe('missing');
  expect(await listBad()).toEqual([]);
  await plant.db.tx((q) => q.update(plant.db.tables.inspections).set({ missingAt: plant.clock.now() }));
  const original = await get(inspection, 'original');
  expect([original.status, errorOf(original)]).toEqual([200, 'missing']);
  expect(await original.text()).toContain('2026-01-05');
});

test('while the watched folder is offline its images are offline, neither missing nor unreadable', async () => {
  const inspection = await plant.add('OK-1.jpg', jpeg);
  renameSync(plant.watchDir, `${plant.watchDir}-away`);
  expect(errorOf(await get(inspection))).toBe('offline');
  mkdirSync(plant.watchDir);
  expect(errorOf(await get(inspection, 'original'))).toBe('offline');
  expect(await listBad()).toEqual([]);
  rmSync(plant.watchDir, { recursive: true });
  renameSync(`${plant.watchDir}-away`, plant.watchDir);
  expect(errorOf(await get(inspection))).toBeNull();
});

test('an image damaged after its thumbnail was drawn leaves the list when it is intact again', async () => {
  const inspection = await plant.add('OK-1.jpg', jpeg);
  await get(inspection);
  writeFileSync(pathOf(inspection), cut);
  utimesSync(pathOf(inspection), 1_700_000_000, 1_700_000_000);
  expect(errorOf(await get(inspection, 'card.webp'))).toBe('truncated');
  expect(await listBad()).toHaveLength(1);
  writeFileSync(pathOf(inspection), jpeg);
  await plant.app.request(`/images/${inspection.id}/retry`, { method: 'POST', headers: localHeaders });
  expect(await listBad()).toEqual([]);
});

test('an original overwritten since the last scan is not cached for ever', async () => {
  const inspection = await plant.add('OK-1.jpg', jpeg);
  writeFileSync(pathOf(inspection), otherJpeg);
  const response = await get(inspection, 'original');
  expect(response.headers.get('cache-control')).toBe('private, no-cache');
  expect(Buffer.from(await response.arrayBuffer()).equals(otherJpeg)).toBe(true);
});

test('a link that leads out of the watched folder is not followed', async () => {
  const secret = join(plant.watchDir, '..', 'secret.jpg');
  writeFileSync(secret, jpeg);
  const inspection = await plant.add('OK-1.jpg', jpeg);
  rmSync(pathOf(inspection));
  symlinkSync(secret, pathOf(inspection));
  for (const size of ['strip.webp', 'original'])
    expect(errorOf(await get(inspection, size)), size).toBe('unreadable');
});

test.each([
  'OK-"; x="1.jpg',
  'OK-<img onerror=1>.jpg',
  'OK-1\r\nX-Evil: 1.jpg',
  'OK-%2e%2e%2f.jpg',
  'OK-검사.jpg',
])('an image named %j is served like any other', async (name) => {
  const inspection = await plant.add(name, jpeg);
  const response = await get(inspection, 'original');
  expect([response.status, response.headers.get('x-evil')]).toEqual([200, null]);
  expect((await response.arrayBuffer()).byteLength).toBe(jpeg.length);
  expect(errorOf(await get(inspection))).toBeNull();
});

test('one unreadable image delays none of the others', async () => {
  const names = Array.from({ length: 30 }, (_, index) => `OK-${index}.jpg`);
  const inspections = [];
  for (const [index, name] of names.entries())
    inspections.push(
      await plant.add(name, index % 10 === 0 ? cut : jpeg, { ageMs: 3_600_000 + index * 1000 }),
    );
  const errors = (await Promise.all(inspections.map((inspection) => get(inspection)))).map(errorOf);
  expect(errors.filter((error) => error === 'truncated')).toHaveLength(3);
  expect(errors.filter((error) => error === null)).toHaveLength(27);
});

function startRetries() {
  const { db, images, clock, reads } = plant;
  const log = { error() {}, warn() {} } as never;
  const findInspection = reads.inspections.find;
  return startImageRetries({
    looksAgain: () => true,
    db,
    ownFilter: reads.sites.ownFilter,
    images,
    clock,
    log,
    findInspection,
  });
}
