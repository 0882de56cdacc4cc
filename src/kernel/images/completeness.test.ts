import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, expect, test } from 'vitest';
import { checkCompleteness, checkCompletenessSync, judgeBytes } from './completeness.ts';
import type { Completeness } from './image-end.ts';

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

const randomBytes = (count: number) =>
  Buffer.from(Array.from({ length: count }, (_, i) => Math.imul(i ^ (i >>> 7), 0x9fcb58f5) >>> 24));

test.each<[string, Buffer]>([
  ['the zeros of a disk block', Buffer.alloc(4096)],
  ['more zeros than a disk block', Buffer.alloc(4200)],
  ['20 KB of zeros', Buffer.alloc(20_000)],
  ['a word', Buffer.from('camera 7')],
  ['300 bytes of a vendor', randomBytes(300)],
  ['20 KB of a vendor', randomBytes(20_000)],
  ['300 KB of a vendor', randomBytes(300_000)],
  ['bytes that look like a marker without its length', Buffer.from([0xff, 0xe1])],
  ['the start of another picture', jpeg.subarray(0, 3000)],
])('%s behind the end do not make an image incomplete', async (_what, trailer) => {
  for (const whole of [jpeg, png, smallJpeg, bitmap(0x7f)])
    expect(await judge(Buffer.concat([whole, trailer]))).toBe('complete');
});

test.each<[string, Buffer]>([
  ['none', Buffer.alloc(0)],
  ['300 bytes of zeros', Buffer.alloc(300)],
  ['20 KB of zeros', Buffer.alloc(20_000)],
])('an image without its end is incomplete, with %s behind it', async (_what, trailer) => {
  for (const whole of [jpeg, png, smallJpeg])
    for (const share of [0.3, 0.5, 0.9])
      expect(await judge(Buffer.concat([whole.subarray(0, whole.length * share), trailer]))).toBe(
        'incomplete',
      );
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

test('a BMP is complete when it has all its pixels', async () => {
  const whole = bitmap(0x7f);
  expect(await judge(whole)).toBe('complete');
  for (const length of [10, 54, 100, 5000, whole.length - 1])
    expect(await judge(whole.subarray(0, length)), `${length} bytes`).toBe('incomplete');
});

test('a BMP whose header names no true file size is judged by its width and height', async () => {
  for (const named of [0, 54, 0x7fff_ffff]) {
    const whole = bitmap(0x7f);
    whole.writeUInt32LE(named, 2);
    expect(await judge(whole)).toBe('complete');
    expect(await judge(whole.subarray(0, -1))).toBe('incomplete');
  }
});

test('a BMP with compressed pixels is judged by the file size that its header names', async () => {
  const whole = bitmap(0x7f);
  whole.writeUInt32LE(1, 30);
  expect(await judge(whole)).toBe('complete');
  expect(await judge(whole.subarray(0, -1))).toBe('incomplete');
  whole.writeUInt32LE(0, 2);
  expect(await judge(whole)).toBe('unknown');
});

test('a BMP that ends in black may be space set aside, and is left to time', async () => {
  expect(await judge(bitmap(0))).toBe('unknown');
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

test('a preview in any of the segments before the image is not its end', async () => {
  const segment = (code: number, ...parts: Buffer[]) => {
    const data = Buffer.concat(parts);
    const header = Buffer.from([0xff, code, 0, 0]);
    header.writeUInt16BE(2 + data.length, 2);
    return Buffer.concat([header, data]);
  };
  const exif = segment(0xe1, Buffer.from('Exif\0\0'), randomBytes(9000));
  const preview = segment(0xe2, Buffer.from('MPF\0'), randomBytes(20_000), smallJpeg);
  const start = Buffer.concat([jpeg.subarray(0, 2), exif, preview]);
  expect(start.subarray(-2).toString('hex')).toBe('ffd9');
  expect(await judge(start)).toBe('incomplete');
  const whole = Buffer.concat([start, jpeg.subarray(2)]);
  expect(await judge(whole)).toBe('complete');
  expect(await judge(Buffer.concat([whole, randomBytes(5000)]))).toBe('complete');
  for (const length of [25_000, start.length - 30, start.length + 1000, whole.length - 1])
    expect(await judge(whole.subarray(0, length)), `${length} bytes`).toBe('incomplete');
});

test.each<[string, Promise<Buffer>]>([
  ['progressive', picture().jpeg({ progressive: true }).toBuffer()],
  ['grey', picture().greyscale().jpeg().toBuffer()],
  ['with a colour profile and metadata', picture().withMetadata().jpeg().toBuffer()],
  ['larger than one read', picture().resize(1200, 900).jpeg({ quality: 100 }).toBuffer()],
])('a JPEG %s is judged like any other', async (_what, drawing) => {
  const whole = await drawing;
  const trailer = randomBytes(10_000);
  expect(await judge(Buffer.concat([whole, trailer]))).toBe('complete');
  for (let length = 100; length < whole.length - 1; length += Math.ceil(whole.length / 40))
    expect(await judge(whole.subarray(0, length)), `${length} bytes`).toBe('incomplete');
});

test('restart markers, fill bytes, and bytes that belong to no segment are passed over', async () => {
  const scanAt = jpeg.indexOf(Buffer.from([0xff, 0xda]));
  const restart = Buffer.from([0xff, 0xd3]);
  const inserted = [Buffer.from([0xff, 0xff, 0xff]), Buffer.from('vendor')].map((extra) =>
    Buffer.concat([jpeg.subarray(0, scanAt), extra, jpeg.subarray(scanAt)]),
  );
  const restarted = Buffer.concat([jpeg.subarray(0, -200), restart, jpeg.subarray(-200)]);
  for (const whole of [...inserted, restarted]) {
    expect(await judge(Buffer.concat([whole, randomBytes(5000)]))).toBe('complete');
    expect(await judge(Buffer.concat([whole.subarray(0, -2)]))).toBe('incomplete');
  }
});

test('a marker is found wherever the borders of the reads fall', async () => {
  const scanAt = jpeg.indexOf(Buffer.from([0xff, 0xda]));
  for (let shift = 0; shift < 12; shift++) {
    const comment = Buffer.alloc(65_536 - jpeg.length - shift, 0x20);
    comment.writeUInt32BE(0xfffe_0000 + comment.length - 2, 0);
    const whole = Buffer.concat([jpeg.subarray(0, scanAt), comment, jpeg.subarray(scanAt)]);
    expect(await judge(Buffer.concat([whole, randomBytes(5000)])), `${shift}`).toBe('complete');
    expect(await judge(whole.subarray(0, -1)), `${shift}`).toBe('incomplete');
  }
});

test('a JPEG cut off within a segment, or a PNG with chunks of no sense, has no end', async () => {
  expect(await judge(Buffer.from([0xff, 0xd8, 0xff, 0xe1, 0x20]))).toBe('incomplete');
  const damaged = Buffer.from(png);
  damaged.fill(0x80, png.indexOf('IDAT'), png.indexOf('IDAT') + 4);
  expect(await judge(Buffer.concat([damaged, Buffer.from('camera 7')]))).toBe('unknown');
});

test('a file that is gone is an error, not an answer', async () => {
  expect(() => checkCompletenessSync(join(folder, 'gone.jpg'))).toThrow('ENOENT');
  await expect(checkCompleteness(join(folder, 'gone.jpg'))).rejects.toThrow('ENOENT');
});
