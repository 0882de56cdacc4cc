import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listPoolPictures, openPicturePool, poolFolderIn } from './picture-pool.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'linesight-pool-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('all pictures are drawn by another process, once, and each is complete', {
  timeout: 300_000,
}, async () => {
  const never = new AbortController().signal;
  let drawn = 0;
  const pool = await openPicturePool(folder, never, (pictures) => {
    drawn += pictures;
  });
  expect(drawn).toBe(listPoolPictures().length);
  let bytes = 0;
  for (const { file } of listPoolPictures()) {
    const jpeg = await readFile(join(poolFolderIn(folder), file));
    expect(jpeg.subarray(-2).toString('hex'), file).toBe('ffd9');
    bytes += jpeg.length;
  }
  expect(bytes).toBeLessThan(10e6);
  const crack = pool.pathOf('HX-1', 'crack', 1_000_001);
  expect(crack).toContain(join('HX-1', 'crack-'));

  const { mtimeMs } = await stat(crack);
  expect((await openPicturePool(folder, never)).pathOf('HX-1', 'crack', 1_000_001)).toBe(crack);
  expect((await stat(crack)).mtimeMs).toBe(mtimeMs);
  expect(await readdir(folder)).toHaveLength(1);
});

test('stopping while pictures are drawn leaves nothing behind', async () => {
  const ending = new AbortController();
  const opening = openPicturePool(folder, ending.signal);
  setTimeout(() => ending.abort(), 300);
  await expect(opening).rejects.toThrow();
  expect(await readdir(folder)).toEqual([]);
});

test('pictures that cannot be written are reported with the reason', async () => {
  const nowhere = openPicturePool(join('/dev/null', 'pool'), new AbortController().signal);
  await expect(nowhere).rejects.toThrow();
});
