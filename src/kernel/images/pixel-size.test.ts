import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, expect, test } from 'vitest';
import { padJpeg } from '../../testing/faults/broken-images.ts';
import { readPixelSize } from './pixel-size.ts';

const folder = mkdtempSync(join(tmpdir(), 'pixel-size-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'OK-1.jpg');
const board = () => sharp({ create: { width: 300, height: 200, channels: 3, background: '#186' } });

test('the size is the one shown: a camera mounted sideways swaps width and height', async () => {
  writeFileSync(path, await board().png().toBuffer());
  expect(await readPixelSize(path)).toEqual({ width: 300, height: 200 });
  writeFileSync(path, await board().jpeg().withMetadata({ orientation: 6 }).toBuffer());
  expect(await readPixelSize(path)).toEqual({ width: 200, height: 300 });
});

test('a header is enough; what is no image has no size', async () => {
  const jpeg = await board().jpeg().toBuffer();
  writeFileSync(path, jpeg.subarray(0, jpeg.length - 50));
  expect(await readPixelSize(path)).toEqual({ width: 300, height: 200 });
  for (const bytes of [jpeg.subarray(0, 30), Buffer.alloc(0), Buffer.from('text')]) {
    writeFileSync(path, bytes);
    expect(await readPixelSize(path)).toBeUndefined();
  }
  expect(await readPixelSize(join(folder, 'gone.jpg'))).toBeUndefined();
});

test('megabytes of metadata before it hide no size', async () => {
  const jpeg = await board().jpeg().toBuffer();
  writeFileSync(path, padJpeg(jpeg, 3 * 1024 * 1024));
  expect(await readPixelSize(path)).toEqual({ width: 300, height: 200 });
});
