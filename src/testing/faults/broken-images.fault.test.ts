import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { findBookFaults, readRows } from './books.ts';
import {
  cutMiddle,
  drawDetailedJpeg,
  drawPngBomb,
  drawProgressiveBomb,
  inflateJpegHeader,
  padJpeg,
} from './broken-images.ts';
import { imageName, writeImage } from './plant-images.ts';
import { createFaultPlant, type PlantProcess, waitUntil } from './plant-process.ts';

const megabyte = 1024 * 1024;
const folder = 'S9/OR-3CT';
const good = await drawDetailedJpeg();

/** What each file is, and what is said of it; null where it is shown. */
const images: { what: string; bytes: Buffer; reason: string | null }[] = [
  { what: 'whole', bytes: good, reason: null },
  { what: 'truncated', bytes: good.subarray(0, good.length / 2), reason: 'File ends too early' },
  { what: 'empty', bytes: Buffer.alloc(0), reason: 'File ends too early' },
  { what: 'zeros', bytes: Buffer.alloc(100_000), reason: 'File ends too early' },
  { what: 'of 50 MB', bytes: padJpeg(good, 50 * megabyte), reason: null },
  { what: 'of 70 MB', bytes: padJpeg(good, 70 * megabyte), reason: 'Image is too large' },
  { what: 'a text', bytes: Buffer.from('<script>alert(1)</script>'), reason: 'Not a JPEG or PNG image' },
  {
    what: 'a GIF',
    bytes: Buffer.from('GIF89a\x01\0\x01\0\0\0\0;', 'latin1'),
    reason: 'Not a JPEG or PNG image',
  },
  { what: 'a PNG bomb', bytes: drawPngBomb(), reason: 'Image is too large' },
  { what: 'a JPEG bomb', bytes: inflateJpegHeader(good), reason: 'Image is too large' },
  { what: 'a progressive bomb', bytes: await drawProgressiveBomb(), reason: 'Image is too large' },
  { what: 'damaged, as browsers show it', bytes: cutMiddle(good), reason: null },
  { what: 'whole, behind all these', bytes: good, reason: null },
];

type Listed = { id: number; name: string; sequence: number; images: { strip: string; card: string } };

async function listImages(running: PlantProcess): Promise<Listed[]> {
  const answer = await running.fetch('/api/v1/inspections?limit=500');
  return ((await answer.json()) as { inspections: Listed[] }).inspections;
}

/** The rows of the table of unreadable images: name and reason. */
async function listBad(running: PlantProcess): Promise<Map<string, string>> {
  const html = await running.text('/sources');
  const rows = html.matchAll(
    /<th scope="row">\s*<a [^>]*title="([^"]*)"[^>]*>.*?<\/a>\s*<\/th>\s*<td[^>]*>([^<]*)<\/td>/gs,
  );
  return new Map([...rows].map(([, path = '', reason = '']) => [basename(path), reason]));
}

test('images that are broken, huge or bombs are counted and listed with the reason, and hold up no other', async () => {
  await using plant = createFaultPlant();
  const running = await plant.start();
  await running.listening;
  const at = Date.now();
  for (const [i, { bytes }] of images.entries())
    writeImage(plant.watchDir, `${folder}/${imageName('OK', at, i)}`, bytes);
  const path = (sequence: number) => join(plant.watchDir, folder, imageName('OK', at, sequence));
  mkdirSync(path(100));
  execFileSync('mkfifo', [path(101)]);
  symlinkSync(path(102), path(102));
  symlinkSync(path(199), path(103));

  await waitUntil('all are counted', () => readRows(plant.dbPath).length >= images.length);
  const listed = (await listImages(running)).sort((a, b) => a.sequence - b.sequence);
  expect(listed.map(({ sequence }) => sequence)).toEqual(images.map((_, i) => i));
  const types = await Promise.all(
    listed.map(async ({ images: { card } }) => {
      const answer = await running.fetch(card);
      expect(answer.status).toBe(200);
      await answer.arrayBuffer();
      return answer.headers.get('content-type');
    }),
  );
  expect(types).toEqual(images.map(({ reason }) => (reason === null ? 'image/webp' : 'image/svg+xml')));
  const badCount = images.filter(({ reason }) => reason !== null).length;
  await waitUntil('the bad ones are listed', async () => (await listBad(running)).size >= badCount);
  const bad = await listBad(running);
  const said = listed.map(({ name }) => bad.get(name) ?? null);
  expect(said).toEqual(images.map(({ reason }) => reason));
  expect(running.memory().peak).toBeLessThan(800 * megabyte);

  const [, truncated, , , , , text] = listed;
  for (const mended of [truncated!, text!]) {
    writeFileSync(path(mended.sequence), good);
    await running.fetch(`/images/${mended.id}/retry`, { method: 'POST', redirect: 'manual' });
    const shown = (await listImages(running)).find(({ id }) => id === mended.id)!;
    expect((await running.fetch(shown.images.card)).headers.get('content-type')).toBe('image/webp');
    expect([...(await listBad(running)).keys()]).not.toContain(mended.name);
  }
  // Pipes, folders and links to nowhere are no images, and have not hurt the scanner.
  expect(running.output()).not.toMatch(/scanner thread failed|Uncaught error/);
  expect(readRows(plant.dbPath)).toHaveLength(images.length);
  expect(findBookFaults(plant.dbPath)).toEqual([]);
});

describe.concurrent('an image that is still being written', () => {
  test.each([
    { clock: 'right', aheadMs: 0 },
    { clock: 'ten seconds behind', aheadMs: -10_000 },
    { clock: 'an hour ahead', aheadMs: 3_600_000 },
  ])(
    'is not counted until it is whole, and then at once (the clock of its disk is $clock)',
    async ({ aheadMs }) => {
      await using plant = createFaultPlant();
      const running = await plant.start();
      await running.listening;
      writeImage(plant.watchDir, `${folder}/${imageName('OK', Date.now(), 1)}`);
      await waitUntil('the first image is counted', () => readRows(plant.dbPath).length === 1);
      const name = imageName('NG', Date.now(), 2);
      const path = join(plant.watchDir, folder, name);
      const pieces = 10;
      const piece = Math.ceil(good.length / pieces);
      const append = (i: number) => {
        appendFileSync(path, good.subarray(i * piece, (i + 1) * piece));
        const changedAt = (Date.now() + aheadMs) / 1000;
        if (aheadMs !== 0) utimesSync(path, changedAt, changedAt);
      };
      for (let i = 0; i < pieces - 1; i++) {
        append(i);
        await sleep(500);
        expect(readRows(plant.dbPath)).toHaveLength(1);
      }
      append(pieces - 1);
      await waitUntil('it is counted', () => readRows(plant.dbPath).length === 2);
      const [newest] = await listImages(running);
      expect(newest?.name).toBe(name);
      expect((await running.fetch(newest!.images.strip)).headers.get('content-type')).toBe('image/webp');
      expect((await listBad(running)).size).toBe(0);
    },
  );
});
