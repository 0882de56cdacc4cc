import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import sharp from 'sharp';
import { afterAll, expect, test } from 'vitest';
import { createLog } from '../../log.ts';
import { systemClock } from '../../time/clock.ts';
import { cardSpec } from './thumbnail.ts';
import { createThumbnailStore } from './thumbnail-store.ts';

const log = createLog({ level: 'silent', pretty: false });
const folder = mkdtempSync(join(tmpdir(), 'thumbnail-faults-'));
const imagePath = join(folder, 'image.jpg');
const image = sharp({
  create: {
    width: 700,
    height: 500,
    channels: 3,
    background: '#888',
    noise: { type: 'gaussian', mean: 128, sigma: 60 },
  },
});
writeFileSync(imagePath, await image.jpeg().toBuffer());
afterAll(() => rmSync(folder, { recursive: true }));

const locate = async () => ({ ok: true, realPath: imagePath }) as const;
const listStored = (dir: string) =>
  readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) => /\.\w+$/.test(name));

/** A process that stores thumbnails as fast as it can until it is killed. */
const writer = `
  const [dir, image, modules] = process.argv.slice(1);
  const { createThumbnailStore } = await import(modules + '/thumbnail-store.ts');
  const { stripSpec } = await import(modules + '/thumbnail.ts');
  const log = { info() {}, warn() {} };
  const store = createThumbnailStore({ dir, budgetBytes: 1e9, clock: Date, log });
  const locate = async () => ({ ok: true, realPath: image });
  for (let round = 0; ; round++) {
    await Promise.all(Array.from({ length: 8 }, (_, n) => store.get({ key: process.pid + '/' + round + '/' + n, spec: stripSpec, locate })));
    if (round === 0) console.log('storing');
  }
`;

test('a process killed while storing leaves whole thumbnails only, and its leftovers go at the next start', async () => {
  const dir = join(folder, 'killed');
  for (let kill = 0; kill < 8; kill++) {
    const modules = import.meta.dirname;
    const child = spawn(process.execPath, ['--input-type=module', '-e', writer, dir, imagePath, modules]);
    await once(child.stdout, 'data');
    await delay(3 + kill * 7);
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  const store = createThumbnailStore({ dir, budgetBytes: 1e9, clock: systemClock, log });
  await store.sweep();
  const names = listStored(dir);
  expect(names.length).toBeGreaterThanOrEqual(64);
  expect(store.stats().disk.files).toBe(names.length);
  for (const name of names) {
    const bytes = readFileSync(join(dir, name));
    expect([name.endsWith('.webp'), bytes.readUInt32LE(4) + 8]).toEqual([true, bytes.length]);
  }
  await store.stop();
});

const disk = join(folder, 'disk');
mkdirSync(disk);
const canMount = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]).status === 0;
afterAll(() => {
  if (canMount) spawnSync('umount', [disk]);
});

test.skipIf(!canMount)(
  'a full disk costs no image; when there is room again thumbnails are stored again',
  async () => {
    const filler = join(disk, 'filler');
    const { bavail, bsize } = statfsSync(disk);
    writeFileSync(filler, Buffer.alloc(bavail * bsize - 40_000));
    const store = createThumbnailStore({
      dir: join(disk, 'thumbnails'),
      budgetBytes: 1e9,
      clock: systemClock,
      log,
    });
    for (let key = 0; key < 12; key++) {
      const answer = await store.get({ key: `${key}`, spec: cardSpec, locate });
      expect(answer).toMatchObject({ ok: true, type: 'image/webp' });
    }
    expect(store.stats().storeError).toMatchObject({ code: 'ENOSPC' });
    const stored = store.stats().disk.files;
    expect(listStored(join(disk, 'thumbnails'))).toHaveLength(stored);

    rmSync(filler);
    await store.get({ key: 'after', spec: cardSpec, locate });
    expect(store.stats()).toMatchObject({ storeError: null, disk: { files: stored + 1 } });
    await store.stop();
  },
);
