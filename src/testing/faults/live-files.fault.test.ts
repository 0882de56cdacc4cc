import { appendFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import {
  cutMiddle,
  drawDetailedJpeg,
  drawPngBomb,
  drawProgressiveBomb,
  inflateJpegHeader,
  padJpeg,
} from './broken-images.ts';
import { hostileNames } from './hostile-names.ts';
import { liveEnv, liveFolder, openLiveSocket, placeFile } from './live-plant.ts';
import { tinyJpeg } from './plant-images.ts';
import { createFaultPlant, type PlantProcess, waitUntil } from './plant-process.ts';

const good = await drawDetailedJpeg();
const startedAt = Date.now() - 3_600_000;
const nameAt = (second: number, ending = 'jpg') => `7_${startedAt + second * 1000}_original.${ending}`;
const megabyte = 1024 * 1024;

/** A BMP of 24 bits a pixel, as line cameras write them. */
async function drawBmp(): Promise<Buffer> {
  const [width, height] = [64, 48];
  const pixels = await sharp({ create: { width, height, channels: 3, background: '#1e7d46' } })
    .raw()
    .toBuffer();
  const header = Buffer.alloc(54);
  header.write('BM', 'latin1');
  header.writeUInt32LE(54 + pixels.length, 2);
  header.writeUInt32LE(54, 10);
  header.writeUInt32LE(40, 14);
  header.writeInt32LE(width, 18);
  header.writeInt32LE(height, 22);
  header.writeUInt16LE(1, 26);
  header.writeUInt16LE(24, 28);
  return Buffer.concat([header, pixels]);
}

/** What a file is and why its picture cannot be shown; null where it can. */
type StrangeFile = { what: string; ending?: string; bytes: Buffer; reason: RegExp | null };

/** Told half a minute later than others, because they may still grow. */
const unfinished: StrangeFile[] = [
  { what: 'truncated', bytes: good.subarray(0, good.length / 2), reason: /truncated|incomplete/ },
  { what: 'empty', bytes: Buffer.alloc(0), reason: /truncated|incomplete/ },
  { what: 'zeros', bytes: Buffer.alloc(100_000), reason: /truncated|incomplete/ },
];
const files: StrangeFile[] = [
  { what: 'a script', bytes: Buffer.from('<script>alert(1)</script>'), reason: /not_an_image/ },
  { what: 'a PNG bomb', ending: 'png', bytes: drawPngBomb(), reason: /too_large/ },
  { what: 'a JPEG bomb', bytes: inflateJpegHeader(good), reason: /too_large/ },
  { what: 'a progressive bomb', bytes: await drawProgressiveBomb(), reason: /too_large/ },
  { what: 'damaged, as browsers show it', bytes: cutMiddle(good), reason: null },
  { what: 'of 70 MB', bytes: padJpeg(good, 70 * megabyte), reason: /too_large/ },
  { what: 'of 50 MB', bytes: padJpeg(good, 50 * megabyte), reason: null },
  { what: 'a BMP', ending: 'bmp', bytes: await drawBmp(), reason: null },
  { what: 'whole, behind all these', bytes: good, reason: null },
];

type Told = { filename: string; base: string; original: string };

/** What is newest in a folder now, as our own pages are told it. */
async function newestOf(running: PlantProcess, folder = 'original'): Promise<Told | undefined> {
  const answer = await running.fetch(`/live/latest?channels=${folder}`);
  return ((await answer.json()) as { data: Record<string, Told> }).data[folder];
}

/** What is told of a file in its folder, and what is sent for its picture. */
async function expectTold(
  running: PlantProcess,
  folder: string,
  name: string,
  { what, reason }: StrangeFile,
) {
  await waitUntil(`${what} is told`, async () => (await newestOf(running, folder))?.filename === name);
  const { base } = (await newestOf(running, folder))!;
  const answer = await running.fetch(`${base}320.jpg`);
  expect([what, answer.status]).toEqual([what, 200]);
  const type = answer.headers.get('content-type');
  expect([what, type]).toEqual([what, reason === null ? 'image/jpeg' : 'image/svg+xml']);
  if (reason !== null) expect(answer.headers.get('x-image-error'), what).toMatch(reason);
  await answer.arrayBuffer();
}

test('broken, huge and strange files are told of with the reason, one by one, and hold up no other', async () => {
  await using plant = createFaultPlant();
  const running = await plant.start(liveEnv(plant));
  await running.listening;
  for (const [i, { what, bytes }] of unfinished.entries())
    placeFile(liveFolder(plant, what), nameAt(i), bytes);
  for (const [i, file] of files.entries()) {
    const name = nameAt(i, file.ending);
    placeFile(liveFolder(plant, 'original'), name, file.bytes);
    await expectTold(running, 'original', name, file);
  }
  for (const [i, file] of unfinished.entries()) await expectTold(running, file.what, nameAt(i), file);
  expect(running.memory().peak).toBeLessThan(700 * megabyte);
  expect(running.output()).not.toMatch(/"level":(?:50|60)/);
  expect(await running.terminate()).toMatchObject({ code: 0 });
});

test('a file that is still being written is not told before its last byte, however slowly it grows', async () => {
  await using plant = createFaultPlant();
  const running = await plant.start(liveEnv(plant));
  await running.listening;
  const folder = liveFolder(plant, 'original');
  const client = await openLiveSocket(running);
  const path = join(folder, nameAt(0));
  writeFileSync(path, good.subarray(0, 1_000));
  const step = Math.ceil(good.length / 12);
  for (let at = 1_000; at < good.length; at += step) {
    await sleep(250);
    expect(client.received().some(({ type }) => type === 'image_update')).toBe(false);
    appendFileSync(path, good.subarray(at, at + step));
  }
  await waitUntil('it is told', () => client.received().some(({ data }) => data.filename === nameAt(0)));
  const { url } = client.received().at(-1)!.data;
  expect(Buffer.from(await (await running.fetch(url!)).arrayBuffer())).toEqual(good);
});

test('a newest image that is removed gives way to the one before; a coil without images is told to be gone', async () => {
  await using plant = createFaultPlant();
  const folder = liveFolder(plant, 'original');
  const env = liveEnv(plant);
  for (const i of [0, 1, 2]) placeFile(folder, nameAt(i), tinyJpeg);
  placeFile(folder, `8_${startedAt + 60_000}_original.jpg`, tinyJpeg);
  const running = await plant.start(env);
  await running.listening;
  await waitUntil('all are known', async () => (await newestOf(running))?.filename.startsWith('8_') ?? false);
  const all = await openLiveSocket(running);
  const coil = await openLiveSocket(running, '/ws/images?channels=original&coil=8');
  rmSync(join(folder, `8_${startedAt + 60_000}_original.jpg`));
  await waitUntil('the next newest is told', () => all.received().at(-1)?.data.filename === nameAt(2));
  await waitUntil('the coil is told to be gone', () => coil.received().at(-1)?.data.deleted === true);
  expect(coil.received().at(-1)).toMatchObject({
    type: 'image_update',
    data: { type: 'original', deleted: true },
  });
  rmSync(join(folder, nameAt(2)));
  await waitUntil('the one before is told', () => all.received().at(-1)?.data.filename === nameAt(1));
});

test('a folder that goes away is an outage: said on the wall, nothing deleted, and what came meanwhile is told', async () => {
  await using plant = createFaultPlant();
  const folder = liveFolder(plant, 'original');
  const env = liveEnv(plant);
  for (const i of [0, 1, 2]) placeFile(folder, nameAt(i), tinyJpeg);
  const running = await plant.start(env);
  await running.listening;
  const total = async () =>
    ((await (await running.fetch('/latest/original')).json()) as { total_images: number }).total_images;
  await waitUntil('all are known', async () => (await total()) === 3);
  const client = await openLiveSocket(running);
  const wall = () => running.text('/live');
  expect(await wall()).not.toContain('data-state="offline"');
  // Beside the live folder, where it is no camera of its own.
  const away = join(plant.folder, 'away');
  renameSync(folder, away);
  await waitUntil('the wall says so', async () => (await wall()).includes('data-state="offline"'));
  expect(await total()).toBe(3);
  expect((await newestOf(running))?.filename).toBe(nameAt(2));
  placeFile(away, nameAt(3), tinyJpeg);
  renameSync(away, folder);
  await waitUntil('what came meanwhile is told', () => client.received().at(-1)?.data.filename === nameAt(3));
  await waitUntil('the wall is well again', async () => !(await wall()).includes('data-state="offline"'));
  expect(await total()).toBe(4);
  expect(client.received().filter(({ data }) => data.deleted)).toEqual([]);
});

test('whatever files and folders are called, they are shown, do no harm and lead nowhere', async () => {
  await using plant = createFaultPlant();
  const env = liveEnv(plant);
  const names = hostileNames.filter((name) => Buffer.byteLength(name) <= 200).map((name) => `${name}.jpg`);
  for (const name of names) placeFile(liveFolder(plant, 'original'), name, tinyJpeg);
  const folders = hostileNames.filter((name) => name.trim() === name).slice(0, 30);
  for (const name of folders) placeFile(liveFolder(plant, name), nameAt(1), tinyJpeg);
  const secret = join(plant.folder, 'secret.jpg');
  writeFileSync(secret, 'a secret outside');
  symlinkSync(secret, join(liveFolder(plant, 'original'), nameAt(999_999)));
  const running = await plant.start(env);
  await running.listening;
  type List = { images: { filename: string; url: string }[] };
  const list = async () => (await (await running.fetch('/list/original?limit=100')).json()) as List;
  await waitUntil('all are known', async () => (await list()).images.length >= names.length);
  await waitUntil(
    'all are cameras',
    async () => ((await running.text('/live?tiles=16')).match(/class="live-tile/g)?.length ?? 0) >= 16,
  );
  const { images } = await list();
  expect(images.map(({ filename }) => filename)).toEqual(expect.arrayContaining(names));
  for (const { filename, url } of images) {
    const answer = await running.fetch(url);
    const body = Buffer.from(await answer.arrayBuffer());
    if (filename === nameAt(999_999)) expect([answer.status, body.includes('secret')]).toEqual([404, false]);
    else expect([filename, answer.status, body.equals(tinyJpeg)]).toEqual([filename, 200, true]);
    expect(answer.headers.get('set-cookie')).toBeNull();
  }
  for (const path of ['%2e%2e%2f%2e%2e%2fsecret.jpg', '..%5csecret.jpg', '%00.jpg', 'original%2fa.jpg'])
    expect((await running.fetch(`/image/original/${path}`)).status, path).toBe(404);
  const { cameras } = (await (await running.fetch('/api/v1/live/cameras')).json()) as {
    cameras: { key: string }[];
  };
  expect(cameras.length).toBeGreaterThan(folders.length / 2);
  for (const page of [
    '/live?tiles=16',
    '/live?tiles=16&page=2',
    '/live/performance',
    '/live/main',
    '/live/latest',
  ]) {
    const html = await running.text(page);
    expect(html, page).not.toMatch(/<img src=x|<svg onload|"><script>|" onmouseover="hacked/);
  }
  expect(running.output()).not.toMatch(/"level":(?:50|60)/);
});
