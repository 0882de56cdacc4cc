import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { drawJpeg } from '../testing/image-plant.ts';
import { connectSocket } from '../testing/socket-client.ts';
import { createTestApp, type TestApp } from '../testing/test-app.ts';
import { liveImageSrc } from './model.ts';

const jpeg = await drawJpeg(800, 600);
const patience = { timeout: 10_000, interval: 5 };
const started = Date.parse('2025-09-06T10:00:00+09:00');
let plant: TestApp | undefined;
afterEach(() => plant?.close());

/** A plant whose live folder holds these files, watched by events. */
async function startPlant(files: Record<string, Buffer> = {}, env: Record<string, string> = {}) {
  let base = '';
  plant = await createTestApp({
    env: { WATCH_MODE: 'events', MIN_FILE_AGE_SEC: '1', ...env },
    before: (folder) => {
      base = join(folder, 'state', 'live');
      for (const [path, bytes] of Object.entries(files)) write(base, path, bytes);
    },
  });
  await plant.services.live.rescan();
  const { live, liveImages } = plant.services;
  return { plant, live, liveImages, base, put: (path: string, bytes = jpeg) => write(base, path, bytes) };
}

/** Written under another name, then renamed, as a careful camera does. */
function write(base: string, path: string, bytes: Buffer): void {
  mkdirSync(join(base, path, '..'), { recursive: true });
  writeFileSync(join(base, `${path}.tmp`), bytes);
  renameSync(join(base, `${path}.tmp`), join(base, path));
}

/** The product accepts no WebP and has its decoder switched off: the size of a lossy one is at byte 26. */
async function sizeOf(bytes: Buffer): Promise<number[]> {
  if (bytes.toString('latin1', 8, 15) === 'WEBPVP8') return [bytes.readUInt16LE(26), bytes.readUInt16LE(28)];
  const { width, height } = await sharp(bytes).metadata();
  return [width, height];
}

const nameOf = (coil: string, seconds: number, role = 'original') =>
  `${coil}_${started + seconds * 1000}_${role}.jpg`;

test('images from before the start are known, and a new one is shown within a moment', async () => {
  const { live, put } = await startPlant({
    [`original/${nameOf('1', 0)}`]: jpeg,
    [`original/${nameOf('1', 5)}`]: jpeg,
    [`labeled/${nameOf('1', 5, 'labeled')}`]: jpeg,
  });
  await vi.waitFor(() => expect(live.current.latest('original')?.name).toBe(nameOf('1', 5)), patience);
  await vi.waitFor(() => expect(live.current.latest('labeled')?.coil).toBe('1'), patience);
  const waits: number[] = [];
  for (let i = 1; i <= 10; i++) {
    const name = nameOf('2', 10 + i);
    const begin = performance.now();
    put(`original/${name}`);
    await vi.waitFor(() => expect(live.current.latest('original')?.name).toBe(name), patience);
    waits.push(performance.now() - begin);
  }
  // The fastest, because other load of the machine is not the product's.
  expect(Math.min(...waits)).toBeLessThan(200);
  expect(live.current.latest('original', '1')?.name).toBe(nameOf('1', 5));
});

test('folders created later become cameras, each with its pictures', async () => {
  const { live, put } = await startPlant();
  expect(live.cameras().map(({ key }) => key)).toEqual(['main']);
  put(`line2/${nameOf('7', 0)}`);
  put(`출측 카메라/original/${nameOf('8', 0)}`);
  put(`출측 카메라/labeled/${nameOf('8', 0, 'labeled')}`);
  put('notes/readme.txt', Buffer.from('x'));
  await live.rescan();
  await vi.waitFor(() => expect(live.current.latest('출측-카메라-labeled')?.coil).toBe('8'), patience);
  await vi.waitFor(() => expect(live.current.latest('line2')?.coil).toBe('7'), patience);
  expect(live.cameras().map(({ key, channels }) => [key, channels])).toEqual([
    ['main', { original: 'original', labeled: 'labeled' }],
    ['line2', { original: 'line2' }],
    ['출측-카메라', { original: '출측-카메라-original', labeled: '출측-카메라-labeled' }],
  ]);
});

test('the second folder of a camera of LIVE_CHANNELS may be created later than its first', async () => {
  const shared = mkdtempSync(join(tmpdir(), 'linesight-channels-'));
  onTestFinished(() => rmSync(shared, { recursive: true }));
  write(shared, `original/${nameOf('1', 0)}`, jpeg);
  const { live } = await startPlant({}, { LIVE_CHANNELS: `line2=${shared}` });
  await vi.waitFor(() => expect(live.current.latest('line2-original')?.coil).toBe('1'), patience);
  write(shared, `labeled/${nameOf('1', 0, 'labeled')}`, jpeg);
  await live.rescan();
  await vi.waitFor(() => expect(live.current.latest('line2-labeled')?.coil).toBe('1'), patience);
});

test('after the newest picture is removed, the one before is the newest', async () => {
  const { live, base, put } = await startPlant({ [`original/${nameOf('1', 0)}`]: jpeg });
  put(`original/${nameOf('1', 1)}`);
  await vi.waitFor(() => expect(live.current.latest('original')?.name).toBe(nameOf('1', 1)), patience);
  rmSync(join(base, 'original', nameOf('1', 1)));
  await vi.waitFor(() => expect(live.current.latest('original')?.name).toBe(nameOf('1', 0)), patience);
});

test('a half-written picture is not shown before it is complete', async () => {
  const there = { [`original/${nameOf('1', 0)}`]: jpeg };
  const { live, base } = await startPlant(there, { MIN_FILE_AGE_SEC: '60' });
  const path = join(base, 'original', nameOf('1', 1));
  writeFileSync(path, jpeg.subarray(0, jpeg.length / 2));
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(live.current.latest('original')?.name).toBe(nameOf('1', 0));
  writeFileSync(path, jpeg.subarray(jpeg.length / 2), { flag: 'a' });
  await vi.waitFor(() => expect(live.current.latest('original')?.name).toBe(nameOf('1', 1)), patience);
});

test('no browser caches an overwritten file under the address of the earlier content', async () => {
  const path = `original/${nameOf('1', 0)}`;
  const { plant: app, live, put } = await startPlant({ [path]: jpeg }, { WATCH_MODE: 'poll' });
  await vi.waitFor(() => expect(live.current.latest('original')).toBeDefined(), patience);
  const image = live.current.latest('original')!;
  const kept = async () =>
    (await app.request(liveImageSrc(image, 'original'))).headers.get('cache-control')?.includes('immutable');
  expect(await kept()).toBe(true);
  // The same size as before, like every picture of a camera that writes BMP.
  put(path, Buffer.from(jpeg));
  expect(live.current.latest('original')).toEqual(image);
  expect(await kept()).toBe(false);
});

test('a picture is served in the widths of the ladder, whole and never enlarged, and as the file itself', async () => {
  const { plant: app, live } = await startPlant({ [`original/${nameOf('1', 0)}`]: jpeg });
  await vi.waitFor(() => expect(live.current.latest('original')).toBeDefined(), patience);
  const image = live.current.latest('original')!;
  for (const [size, format, type, width] of [
    [320, 'webp', 'image/webp', 320],
    [640, 'jpg', 'image/jpeg', 640],
    [1920, 'webp', 'image/webp', 800],
  ] as const) {
    const answer = await app.request(liveImageSrc(image, size, format));
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, type]);
    expect(answer.headers.get('cache-control')).toContain('immutable');
    expect(await sizeOf(Buffer.from(await answer.arrayBuffer()))).toEqual([width, (width * 3) / 4]);
  }
  const original = await app.request(liveImageSrc(image, 'original'), { headers: { range: 'bytes=0-9' } });
  expect([original.status, original.headers.get('content-range')]).toEqual([206, `bytes 0-9/${jpeg.length}`]);
  const { id } = image;
  expect((await app.request(`/live/images/${id}/9/640.webp`)).headers.get('location')).toBe(
    liveImageSrc(image, 640),
  );
  for (const path of [
    `/live/images/${id}/0/650.webp`,
    `/live/images/999/0/640.webp`,
    `/live/images/${id}/0/640.gif`,
  ])
    expect((await app.request(path)).status, path).toBe(404);
});

test('variants in use are drawn as soon as the file is complete, before a viewer asks', async () => {
  const { plant: app, live, liveImages, put } = await startPlant({ [`original/${nameOf('1', 0)}`]: jpeg });
  await vi.waitFor(() => expect(live.current.latest('original')).toBeDefined(), patience);
  await app.request(liveImageSrc(live.current.latest('original')!, 640));
  put(`original/${nameOf('1', 1)}`);
  const variant = { width: 640, format: 'webp' } as const;
  await vi.waitFor(() => {
    const image = live.current.latest('original')!;
    expect(image.name).toBe(nameOf('1', 1));
    expect(liveImages.recall(image, variant)).toBeDefined();
  }, patience);
  expect(liveImages.recall(live.current.latest('original')!, { width: 960, format: 'webp' })).toBeUndefined();
});

test('a size that no viewer used for the last images is no longer drawn ahead', async () => {
  const { plant: app, live, liveImages, put } = await startPlant({ [`original/${nameOf('1', 0)}`]: jpeg });
  await vi.waitFor(() => expect(live.current.latest('original')).toBeDefined(), patience);
  await app.request(liveImageSrc(live.current.latest('original')!, 1280, 'jpg'));
  const isDrawn = (format: 'webp' | 'jpg', width: 640 | 1280) =>
    liveImages.recall(live.current.latest('original')!, { width, format }) !== undefined;
  for (let i = 1; i <= 6; i++) {
    put(`original/${nameOf('1', i)}`);
    await vi.waitFor(() => expect(live.current.latest('original')!.name).toBe(nameOf('1', i)), patience);
    if (i === 1) await vi.waitFor(() => expect(isDrawn('jpg', 1280)).toBe(true), patience);
    await app.request(liveImageSrc(live.current.latest('original')!, 640));
  }
  put(`original/${nameOf('1', 7)}`);
  await vi.waitFor(() => {
    expect(live.current.latest('original')!.name).toBe(nameOf('1', 7));
    expect(isDrawn('webp', 640)).toBe(true);
  }, patience);
  expect(isDrawn('jpg', 1280)).toBe(false);
});

test('a broken picture is replaced by one that says why', async () => {
  const broken = Buffer.concat([jpeg.subarray(0, 400), Buffer.alloc(300, 7), Buffer.from([0xff, 0xd9])]);
  const { plant: app, live } = await startPlant({ [`original/${nameOf('1', 0)}`]: broken });
  await vi.waitFor(() => expect(live.current.latest('original')).toBeDefined(), patience);
  const answer = await app.request(liveImageSrc(live.current.latest('original')!, 640));
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/svg+xml']);
  expect(answer.headers.get('x-image-error')).toMatch(/unreadable|truncated/);
});

test('every station is a camera with its newest inspection', async () => {
  const { plant: app, live } = await startPlant();
  await app.addImages(['S9/OR-3CT/OK-20250906-102131-1.jpg', 'S4/OR-3CT/NG-20250906-102131-1.jpg']);
  await vi.waitFor(() => expect(live.cameras().map(({ name }) => name)).toEqual(['', 'S4', 'S9']), patience);
  await app.addImages(['S9/OR-3CT/NG-20250906-102231-2.jpg']);
  await vi.waitFor(
    () => expect(live.current.latest('station/S9')).toMatchObject({ verdict: 'NG', kind: 'inspection' }),
    patience,
  );
  const answer = await app.request(liveImageSrc(live.current.latest('station/S9')!, 320));
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/webp']);
});

test('a camera that sends nothing for unusually long is silent until the next image', async () => {
  const files = Array.from({ length: 20 }, (_, i) => [`original/${nameOf('1', i * 5)}`, jpeg] as const);
  const { plant: app, live, put } = await startPlant(Object.fromEntries(files));
  await vi.waitFor(() => expect(live.camera('main')?.usualIntervalMs).toBe(5_000), patience);
  expect(live.camera('main')?.silentSinceAt).toBeNull();
  app.clock.advance(61_000);
  expect(live.camera('main')?.silentSinceAt).not.toBeNull();
  put(`original/${nameOf('1', 200)}`);
  await vi.waitFor(() => expect(live.camera('main')?.silentSinceAt).toBeNull(), patience);
});

test('a silent station is silent on the wall as on its card, and its viewers are notified', async () => {
  const { plant: app, live } = await startPlant({}, { PORT: '0', HOST: '127.0.0.1' });
  const nameAt = (minute: number, second: number) =>
    `S9/OR-3CT/OK-20250906-10${minute}${second === 0 ? '00' : second}-${minute * 100 + second}.jpg`;
  await app.addImages(Array.from({ length: 20 }, (_, i) => nameAt(20 + (i >> 1), (i % 2) * 30)));
  await vi.waitFor(() => expect(live.camera('station/S9')?.usualIntervalMs).toBe(30_000), patience);
  const url = (await app.listen()).replace('http', 'ws');
  const viewer = connectSocket(`${url}/ws/images?channels=station/S9&detail=1`);
  onTestFinished(() => viewer.socket.terminate());
  const sentSilentSince = () =>
    viewer.messages
      .map((text) => JSON.parse(text))
      .filter(({ type }) => type === 'cameras')
      .at(-1)?.data[0].silent_since;
  await viewer.opened;
  const isSilentOnCard = async () => (await app.text('/inspections')).includes('usually one every 30 s');
  // Two images a minute may come by chance: silent after 30 s × ln(20 days / 30 s) = 328.8 s.
  app.clock.set(started + 29.5 * 60_000 + 328_000);
  expect([live.camera('station/S9')?.silentSinceAt, await isSilentOnCard()]).toEqual([null, false]);
  app.clock.advance(1_000);
  expect(live.camera('station/S9')?.silentSinceAt).toBe(started + 29.5 * 60_000);
  // The scanner has not been heard of since the clock was moved.
  await vi.waitFor(async () => expect(await isSilentOnCard()).toBe(true), patience);
  for (const page of ['/live', '/live/station/S9', '/live/performance'])
    expect(await app.text(page)).toMatch(/data-state="silent"|>Silent/i);
  await vi.waitFor(() => expect(sentSilentSince()).toBe(started + 29.5 * 60_000), patience);
  await app.addImages(['S9/OR-3CT/OK-20250906-103430-9000.jpg']);
  await vi.waitFor(() => expect(sentSilentSince()).toBeNull(), patience);
});

test('a folder that LIVE_CHANNELS no longer names is not shown at any address', async () => {
  const shared = mkdtempSync(join(tmpdir(), 'linesight-channels-'));
  onTestFinished(() => rmSync(shared, { recursive: true }));
  const name = nameOf('1', 0);
  write(shared, `line2/${name}`, jpeg);
  const addresses = [`/image/line2/${name}`, '/live/images/1/0/original', '/live/images/1/0/640.webp'];
  const statuses = async (env: Record<string, string>) => {
    await using here = await createTestApp({ env: { DB_PATH: join(shared, 'data.sqlite'), ...env } });
    await here.services.live.rescan();
    // Awaited before the plant is closed.
    return await Promise.all(addresses.map(async (address) => (await here.request(address)).status));
  };
  const named = { LIVE_CHANNELS: `line2=${join(shared, 'line2')}` };
  expect(await statuses(named)).toEqual([200, 200, 200]);
  expect(await statuses({})).toEqual([404, 404, 404]);
  expect(await statuses(named)).toEqual([200, 200, 200]);
});

test('the Performance page and Prometheus report how long pictures took to draw', async () => {
  const { plant, live } = await startPlant({ [`original/${nameOf('1', 0)}`]: jpeg });
  await vi.waitFor(() => expect(live.current.latest('original')).toBeDefined(), patience);
  expect(await plant.text('/live/performance')).not.toContain('Drawing pictures');
  const image = live.current.latest('original')!;
  expect((await plant.request(liveImageSrc(image, 640))).status).toBe(200);
  expect((await plant.request(liveImageSrc(image, 640))).status).toBe(200);
  const page = await plant.text('/live/performance');
  expect(page).toMatch(
    /640\s*<span class="quiet">WebP<\/span>\s*<\/th>\s*(<td class="num">\d+ ms<\/td>\s*){2}<td class="num">1</,
  );
  expect(await plant.text('/metrics')).toMatch(
    /linesight_image_draw_seconds\{size="ladder-640-3\.webp",quantile="0\.95"\} 0\.\d/,
  );
});
