import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, expect, test } from 'vitest';
import { type Completeness, checkCompleteness, checkCompletenessSync, judgeBytes } from './completeness.ts';

const folder = mkdtempSync(join(tmpdir(), 'completeness-'));
afterAll(() => rmSync(folder, { recursive: true }));

const picture = () =>
  sharp({
    create: {
      width: 160,
      height: 120,
      channels: 3,
      background: '#333',
      noise: { type: 'gaussian', mean: 120, sigma: 40 },
    },
  });
const jpeg = await picture().jpeg().toBuffer();
const png = await picture().png().toBuffer();
const smallJpeg = await picture().resize(8, 8).jpeg().toBuffer();

let count = 0;
/** All three ways of asking must agree. */
async function judge(bytes: Buffer): Promise<Completeness> {
  const path = join(folder, `${count++}.jpg`);
  writeFileSync(path, bytes);
  const answer = checkCompletenessSync(path);
  expect(await checkCompleteness(path)).toBe(answer);
  expect(checkCompletenessSync(path, { sizeBytes: statSync(path).size })).toBe(answer);
  expect(judgeBytes(bytes)).toBe(answer);
  return answer;
}

test('a whole JPEG or PNG is complete, small or large', async () => {
  expect(jpeg.length).toBeGreaterThan(5000);
  expect(smallJpeg.length).toBeLessThan(1000);
  for (const bytes of [jpeg, png, smallJpeg]) expect(await judge(bytes)).toBe('complete');
});

test('a file that is still being written is incomplete at every length', async () => {
  for (const whole of [jpeg, png])
    for (const length of [0, 1, 2, 3, 7, 8, 20, 100, 4000, 4108, 5000, whole.length - 12, whole.length - 1])
      expect(await judge(whole.subarray(0, length)), `${length} of ${whole.length} bytes`).toBe('incomplete');
});

test('a growing file becomes complete with its last byte', async () => {
  const path = join(folder, 'growing.jpg');
  const steps = [0, 1000, jpeg.length - 1, jpeg.length];
  const answers = steps.map((length) => {
    writeFileSync(path, jpeg.subarray(0, length));
    return checkCompletenessSync(path);
  });
  expect(answers).toEqual(['incomplete', 'incomplete', 'incomplete', 'complete']);
});

test('space set aside before the bytes arrive is not an image yet', async () => {
  expect(await judge(Buffer.alloc(50_000))).toBe('incomplete');
  expect(await judge(Buffer.concat([jpeg.subarray(0, 3000), Buffer.alloc(60_000)]))).toBe('incomplete');
});

test('a disk block filled up with zeros after the end is forgiven', async () => {
  for (const whole of [jpeg, png]) {
    expect(await judge(Buffer.concat([whole, Buffer.alloc(4096)]))).toBe('complete');
    expect(await judge(Buffer.concat([whole, Buffer.alloc(4200)]))).toBe('incomplete');
  }
});

test('bytes after the end marker leave it open', async () => {
  for (const whole of [jpeg, png])
    expect(await judge(Buffer.concat([whole, Buffer.from('camera 7')]))).toBe('unknown');
});

test('a file that is not a JPEG, PNG or BMP cannot be judged by its bytes', async () => {
  expect(await judge(Buffer.from('station;count\nS9;12\n'))).toBe('unknown');
  expect(await judge(await picture().webp().toBuffer())).toBe('unknown');
});

/** An uncompressed picture of 24 bits a pixel, as cameras write it; `color` fills it. */
function bitmap(color: number): Buffer {
  const [width, height] = [64, 48];
  const bytes = Buffer.alloc(54 + width * height * 3, color);
  bytes.fill(0, 0, 54);
  bytes.write('BM', 'latin1');
  bytes.writeUInt32LE(bytes.length, 2);
  bytes.writeUInt32LE(54, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(width, 18);
  bytes.writeInt32LE(height, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(24, 28);
  return bytes;
}

test('a BMP is complete when it is as long as its header says', async () => {
  const whole = bitmap(0x7f);
  expect(await judge(whole)).toBe('complete');
  for (const length of [10, 54, 100, 5000, whole.length - 1])
    expect(await judge(whole.subarray(0, length)), `${length} bytes`).toBe('incomplete');
  expect(await judge(Buffer.concat([whole, Buffer.alloc(512)]))).toBe('complete');
});

test('a BMP whose header names no true size, or that ends in black, is left to time', async () => {
  const nameless = bitmap(0x7f);
  nameless.writeUInt32LE(0, 2);
  const short = bitmap(0x7f);
  short.writeUInt32LE(54, 2);
  const setAside = bitmap(0);
  for (const bytes of [nameless, short, setAside]) expect(await judge(bytes)).toBe('unknown');
});

test('the end of the preview inside a camera file is not the end of the image', async () => {
  const preview = smallJpeg;
  const segment = Buffer.alloc(4);
  segment.writeUInt16BE(0xffe1, 0);
  segment.writeUInt16BE(2 + 6 + preview.length, 2);
  const start = Buffer.concat([jpeg.subarray(0, 2), segment, Buffer.from('Exif\0\0'), preview]);
  expect(start.subarray(-2).toString('hex')).toBe('ffd9');
  expect(await judge(start)).toBe('incomplete');
  expect(await judge(Buffer.concat([start, jpeg.subarray(2)]))).toBe('complete');
});

test('a file that is gone is an error, not an answer', async () => {
  expect(() => checkCompletenessSync(join(folder, 'gone.jpg'))).toThrow('ENOENT');
  await expect(checkCompleteness(join(folder, 'gone.jpg'))).rejects.toThrow('ENOENT');
});
