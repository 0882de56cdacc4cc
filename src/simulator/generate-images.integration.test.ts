import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createWallClock } from '../kernel/time/time-zone.ts';
import { createTestClock } from '../testing/test-clock.ts';
import { generateImages, generatorDefaults } from './generate-images.ts';

const wallClock = createWallClock('Asia/Seoul');
const now = wallClock.toEpochMs(2025, 9, 6, 10, 0, 30);
const clock = createTestClock(now);
let out: string;
beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), 'linesight-generate-'));
});
afterEach(() => rm(out, { recursive: true, force: true }));

function generate(change: object = {}): Promise<{ ok: number; ng: number }> {
  return generateImages({ ...generatorDefaults, count: 20, out, seed: 'test', clock, wallClock, ...change });
}

test('without arguments it makes 200 images for each of three stations and two models, nine in ten OK', async () => {
  const { stations, models, count, okRate } = generatorDefaults;
  expect({ stations, models, count, okRate }).toEqual({
    stations: ['S9', 'S7-D2', 'S4'],
    models: ['OR-3CT', 'OR-2CT'],
    count: 200,
    okRate: 0.9,
  });
  const written = await generate({ count: 60 });
  expect(written.ok + written.ng).toBe(360);
  expect(written.ok / 360).toBeGreaterThan(0.85);
  expect(written.ok / 360).toBeLessThan(0.95);
  for (const station of stations) {
    for (const model of models) expect(await readdir(join(out, station, model))).toHaveLength(60);
  }
});

test('images begin two hours ago and follow every 30 seconds, named by the site’s clock', async () => {
  await generate({ stations: ['S9'], models: ['OR-3CT'] });
  const names = (await readdir(join(out, 'S9', 'OR-3CT'))).map((name) => name.slice(3)).sort();
  expect(names[0]).toBe('20250906-080030-1.jpg');
  expect(names[1]).toBe('20250906-080100-2.jpg');
  expect(names.at(-1)).toBe('20250906-081000-20.jpg');
});

test('COUNT goes on from the largest in the folder', async () => {
  await generate({ stations: ['S9'], models: ['OR-3CT'] });
  await generate({ stations: ['S9'], models: ['OR-3CT'], count: 5 });
  const counts = (await readdir(join(out, 'S9', 'OR-3CT'))).map((name) =>
    Number(/-(\d+)\.jpg$/.exec(name)![1]),
  );
  expect(counts.sort((left, right) => left - right)).toEqual(
    Array.from({ length: 25 }, (_, index) => index + 1),
  );
});

test('OK images are greenish, NG images reddish, all of 640×480 and complete', async () => {
  await generate({ stations: ['S9'], models: ['OR-3CT'] });
  const folder = join(out, 'S9', 'OR-3CT');
  for (const name of await readdir(folder)) {
    const bytes = await readFile(join(folder, name));
    expect(bytes.subarray(-2).toString('hex')).toBe('ffd9');
    const { channels } = await sharp(bytes).stats();
    expect(channels[1]!.mean > channels[0]!.mean).toBe(name.startsWith('OK'));
    const { width, height } = await sharp(bytes).metadata();
    expect([width, height]).toEqual([640, 480]);
  }
});

test('three lines of text stand in the middle', async () => {
  await generate({ stations: ['S9'], models: ['OR-3CT'], count: 1 });
  const [name] = await readdir(join(out, 'S9', 'OR-3CT'));
  const { data } = await sharp(join(out, 'S9', 'OR-3CT', name!))
    .greyscale()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const bright = (row: number): boolean =>
    data.subarray(row * 640 + 60, row * 640 + 580).some((level) => level > 200);
  const starts = Array.from({ length: 400 }, (_, index) => index + 40).filter(
    (row) => bright(row) && !bright(row - 1),
  );
  const lines = starts.filter((row, index) => index === 0 || row - starts[index - 1]! > 30);
  expect(lines).toHaveLength(3);
});

test('the command line refuses what makes no sense, in one line', () => {
  const script = fileURLToPath(new URL('./generate-images.ts', import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [script, '--out', out, '--ok', '90'], {
    encoding: 'utf8',
  });
  expect(status).toBe(1);
  expect(stderr.trim()).toBe('--ok must be a number from 0 to 1, not "90".');
});
