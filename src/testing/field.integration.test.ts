import { appendFileSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { expect, test, vi } from 'vitest';
import { createWallClock } from '../kernel/time/time-zone.ts';
import { liveEnv, liveFolder } from './faults/live-plant.ts';
import { imageName, tinyJpeg } from './faults/plant-images.ts';
import { createFaultPlant, type FaultPlant, type PlantProcess, waitUntil } from './faults/plant-process.ts';
import { oddImages } from './odd-images.ts';

/*
 * Inputs that broke the product in the field, each against the product as a process of its own. One row an input; where
 * the kind is wider than the example, the row tries several of the kind.
 */

// A machine that runs many tests at once is slow.
vi.setConfig({ testTimeout: 240_000 });

type FieldInput = {
  what: string;
  env?: (plant: FaultPlant) => Record<string, string>;
  /** What lies there before the product starts. */
  before?: (plant: FaultPlant) => Promise<void> | void;
  /** What happens while it runs, and what must be seen of it. */
  check: (running: PlantProcess, plant: FaultPlant) => Promise<void>;
};

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const photo = await sharp({
  create: {
    width: 640,
    height: 480,
    channels: 3,
    background: '#444',
    noise: { type: 'gaussian', mean: 120, sigma: 30 },
  },
})
  .jpeg()
  .toBuffer();
const vendor = (bytes: Buffer, count: number) => Buffer.concat([bytes, Buffer.alloc(count, 'VENDOR')]);

function put(path: string, bytes: Buffer | string, modifiedAt?: number): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  if (modifiedAt !== undefined) utimesSync(path, modifiedAt / 1000, modifiedAt / 1000);
}

type Listed = { name: string; revision: number; images: { card: string; original: string } };

async function listImages(running: PlantProcess): Promise<Listed[]> {
  const answer = await running.fetch('/api/v1/inspections?limit=500');
  return ((await answer.json()) as { inspections: Listed[] }).inspections;
}

/** Types of the cards of all images: WebP, or a placeholder with the reason. */
async function cardTypes(running: PlantProcess): Promise<Record<string, string>> {
  const entries = (await listImages(running)).map(async ({ name, images }) => {
    const { headers } = await running.fetch(images.card);
    return [name, headers.get('x-image-error') ?? headers.get('content-type') ?? ''] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

type LiveListed = {
  name: string;
  revision: number;
  capturedAt: number;
  clockAheadMs: number;
  images: { widths: Record<string, string> };
};

async function newestLive(running: PlantProcess, channel: string): Promise<LiveListed | undefined> {
  const answer = await running.fetch('/api/v1/live/cameras');
  const { cameras } = (await answer.json()) as {
    cameras: { channels: { original?: string }; newest: { original?: LiveListed } }[];
  };
  return cameras.find(({ channels }) => channels.original === channel)?.newest.original;
}

/** Half a file now and the rest later, on shares with other clocks; nothing of it may ever be seen half. */
function halfFiles(watchMode: 'events' | 'poll'): FieldInput {
  const errorsMs = [0, -5 * minuteMs, 5 * minuteMs, -9 * hourMs, 9 * hourMs];
  return {
    what: `half files on shares whose clock is minutes or hours off, with ${watchMode}`,
    env: () => ({ WATCH_MODE: watchMode }),
    async check(running, { watchDir }) {
      const names = errorsMs.map((_, i) => imageName('NG', Date.now(), i));
      const write = (bytes: Buffer) => {
        for (const [i, errorMs] of errorsMs.entries())
          put(join(watchDir, 'S1/M', names[i]!), bytes, Date.now() + errorMs);
      };
      write(photo.subarray(0, photo.length / 2));
      await waitUntil(
        'they are noticed',
        async () => (await running.source()).incomplete === errorsMs.length,
      );
      for (let i = 0; i < 5; i++) {
        await sleep(1_000);
        expect(await listImages(running)).toEqual([]);
      }
      write(photo);
      await waitUntil('all are counted', async () => (await listImages(running)).length === errorsMs.length);
      expect(await cardTypes(running)).toEqual(Object.fromEntries(names.map((name) => [name, 'image/webp'])));
    },
  };
}

/** One file written over and over, with data behind its end, in a folder of live images. */
function liveTrailer(watchMode: 'events' | 'poll'): FieldInput {
  return {
    what: `a current.jpg written over every moment with vendor data behind its end, with ${watchMode}`,
    env: (plant) => ({ ...liveEnv(plant), WATCH_MODE: watchMode }),
    async check(running, plant) {
      const path = join(liveFolder(plant, 'cam1'), 'current.jpg');
      put(path, vendor(photo, 300));
      const writing = setInterval(() => put(path, vendor(photo, 300 + (Date.now() % 9_000))), 400);
      try {
        for (const revision of [0, 2]) {
          await waitUntil(`revision ${revision} is the newest`, async () => {
            const newest = await newestLive(running, 'cam1');
            return newest !== undefined && newest.revision >= revision;
          });
        }
      } finally {
        clearInterval(writing);
      }
      await sleep(1_500);
      const newest = await newestLive(running, 'cam1');
      const drawn = await running.fetch(newest!.images.widths['320']!);
      expect(drawn.headers.get('content-type')).toBe('image/webp');
    },
  };
}

const chicago = createWallClock('America/Chicago');
/** Ten minutes to the first run of the repeated hour, its two runs, and ten minutes after them. */
const setBackAt = Date.parse('2025-11-02T07:00Z');

const inputs: FieldInput[] = [
  halfFiles('events'),
  halfFiles('poll'),
  {
    what: 'placeholders of no byte that are filled later',
    env: () => ({ WATCH_MODE: 'poll' }),
    async check(running, { watchDir }) {
      const path = join(watchDir, 'S1/M', imageName('OK', Date.now(), 1));
      put(path, '');
      await waitUntil('it is noticed', async () => (await running.source()).incomplete === 1);
      await sleep(4_000);
      expect(await listImages(running)).toEqual([]);
      put(path, photo);
      await waitUntil('it is counted', async () => (await listImages(running)).length === 1);
      expect(Object.values(await cardTypes(running))).toEqual(['image/webp']);
    },
  },
  {
    what: 'an image that grows after it was counted',
    env: () => ({ WATCH_MODE: 'poll' }),
    async check(running, { watchDir }) {
      const path = join(watchDir, 'S1/M', imageName('OK', Date.now(), 1));
      put(path, photo);
      await waitUntil('it is counted', async () => (await listImages(running)).length === 1);
      appendFileSync(path, Buffer.alloc(500, 'VENDOR'));
      await waitUntil('it is read again', async () => (await listImages(running))[0]?.revision === 1);
    },
  },
  liveTrailer('events'),
  liveTrailer('poll'),
  {
    what: 'uploads with vendor data behind their ends, and one without its end',
    env: liveEnv,
    async check(running) {
      const send = (bytes: Buffer) => {
        const form = new FormData();
        form.append('original_image', new Blob([new Uint8Array(bytes)]), 'a.jpg');
        form.append('labeled_image', new Blob([new Uint8Array(tinyJpeg)]), 'b.jpg');
        form.append('coil_number', '1');
        return running.fetch('/upload/pair', {
          method: 'POST',
          body: form,
          headers: { 'sec-fetch-site': 'same-origin' },
        });
      };
      for (const count of [0, 300, 4_200, 20_000])
        expect((await send(vendor(photo, count))).status).toBe(200);
      expect((await send(photo.subarray(0, photo.length / 2))).status).toBe(400);
    },
  },
  {
    what: 'an hour that the clock runs through twice, taken by a first sweep',
    env: () => ({ SITE_TIME_ZONE: 'America/Chicago' }),
    before({ watchDir }) {
      for (let minute = -70; minute < 70; minute++) {
        const at = setBackAt + minute * minuteMs;
        const digits = chicago.format(at, 'second').replace(/\D/g, '');
        const name = `OK-${digits.slice(0, 8)}-${digits.slice(8)}-${minute + 71}.jpg`;
        put(join(watchDir, 'S1/M', name), tinyJpeg, at);
      }
      for (const path of ['S1/M', 'S1', ''])
        utimesSync(join(watchDir, path), setBackAt / 1000, setBackAt / 1000);
    },
    async check(running) {
      const query = 'table=hours&period=custom&start=2025-11-02T00:00&end=2025-11-02T04:00';
      const read = async () =>
        (await running.text(`/inspections/export.csv?${query}`)).split('\r\n').slice(1, -1);
      await waitUntil('all are counted', async () => {
        const counts = (await read()).map((line) => Number(line.split(',')[2]));
        return counts.reduce((sum, count) => sum + count, 0) === 140;
      });
      const cells = (await read()).map((line) => line.split(','));
      expect(cells.map((line) => [line[1], line.at(-1), line[2]])).toEqual([
        ['2025-11-02 00:00:00', 'UTC-05:00', '10'],
        ['2025-11-02 01:00:00', 'UTC-05:00', '60'],
        ['2025-11-02 01:00:00', 'UTC-06:00', '60'],
        ['2025-11-02 02:00:00', 'UTC-06:00', '10'],
      ]);
      // Each of the two hours has a link of its own, which opens that hour.
      const page = await running.text(
        '/stations/S1?period=custom&start=2025-11-02T00:00&end=2025-11-02T04:00',
      );
      for (const offset of ['-05:00', '-06:00']) {
        const [, start = ''] =
          new RegExp(`href="[^"]*?start=(2025-11-02T01%3A00${offset.replace(':', '%3A')})`).exec(page) ?? [];
        expect(decodeURIComponent(start)).toBe(`2025-11-02T01:00${offset}`);
      }
    },
  },
  {
    what: 'times of live images far ahead of the clock',
    env: liveEnv,
    async check(running, plant) {
      const folder = liveFolder(plant, 'original');
      const nameAt = (at: number) => `7_${at}_original.jpg`;
      const aheadAt = Date.now() + 73 * 365 * 24 * hourMs;
      const ahead = nameAt(aheadAt);
      const isNewest = (name: string) => async () => (await newestLive(running, 'original'))?.name === name;
      put(join(folder, ahead), photo);
      await waitUntil('it is shown', isNewest(ahead));
      const { clockAheadMs, capturedAt } = (await newestLive(running, 'original'))!;
      expect([capturedAt <= Date.now(), Math.abs(capturedAt + clockAheadMs - aheadAt) < 1_000]).toEqual([
        true,
        true,
      ]);
      await sleep(50);
      const next = nameAt(Date.now());
      put(join(folder, next), photo);
      await waitUntil('the next is the newest', isNewest(next));
      rmSync(join(folder, ahead));
      await running.terminate();
      const again = await plant.start(liveEnv(plant));
      await again.listening;
      await waitUntil('it still is', async () => (await newestLive(again, 'original'))?.name === next);
    },
  },
  {
    what: 'images that every browser shows, as odd cameras write them',
    before({ watchDir }) {
      for (const [i, { bytes, drawn }] of oddImages.entries())
        put(join(watchDir, 'S1/M', imageName(drawn ? 'OK' : 'NG', Date.now(), i)), bytes);
    },
    async check(running) {
      // Files without an end count, as cut off, half a minute later.
      await waitUntil('all are counted', async () => (await listImages(running)).length === oddImages.length);
      for (const [name, type] of Object.entries(await cardTypes(running)))
        expect(type === 'image/webp', `${name}: ${type}`).toBe(name.startsWith('OK-'));
      const expected = (await listImages(running)).map(({ name, images }) => [
        images.original,
        name.startsWith('NG-'),
      ]);
      await waitUntil('the unreadable ones, and no other, link to their originals', async () => {
        const page = await running.text('/sources');
        return expected.every(([original, isListed]) => page.includes(`href="${original}"`) === isListed);
      });
    },
  },
  {
    what: 'a line scan of 150 million pixels',
    async before({ watchDir }) {
      const create = { width: 4096, height: 36_700, channels: 3, background: '#555' } as const;
      const scan = sharp({ create, limitInputPixels: false });
      put(join(watchDir, 'S1/M', imageName('OK', Date.now(), 1)), await scan.jpeg().toBuffer());
      put(join(watchDir, 'S1/M', imageName('NG', Date.now(), 2, 'png')), await scan.png().toBuffer());
    },
    async check(running) {
      await waitUntil('both are counted', async () => (await listImages(running)).length === 2);
      const images = await listImages(running);
      const types = await cardTypes(running);
      for (const { name, images: addresses } of images) {
        expect([name.slice(0, 2), types[name]]).toEqual(
          name.startsWith('OK') ? ['OK', 'image/webp'] : ['NG', 'too_large'],
        );
        expect((await running.fetch(addresses.original, { method: 'HEAD' })).status).toBe(200);
      }
      const [png] = images.filter(({ name }) => name.startsWith('NG'));
      await waitUntil('it is listed as too large', async () =>
        (await running.text('/sources')).includes(png!.name),
      );
      expect(await running.text('/sources')).toContain(`href="${png!.images.original}"`);
    },
  },
];

test.concurrent.each(inputs)('$what', async ({ env, before, check }) => {
  await using plant = createFaultPlant();
  await before?.(plant);
  const running = await plant.start(env?.(plant));
  await running.listening;
  await check(running, plant);
});
