import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { afterAll, expect, test } from 'vitest';
import { oddImages } from '../../../testing/odd-images.ts';
import {
  cardSpec,
  compatSpec,
  ladderSpec,
  renderThumbnail,
  stripSpec,
  type ThumbnailSpec,
} from './thumbnail.ts';

const folder = mkdtempSync(join(tmpdir(), 'thumbnail-'));
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
function put(bytes: Buffer): string {
  const path = join(folder, `OK-${count++}.jpg`);
  writeFileSync(path, bytes);
  return path;
}

async function render(bytes: Buffer, spec: ThumbnailSpec): Promise<Buffer> {
  const answer = await renderThumbnail(put(bytes), spec);
  if (!answer.ok) throw new Error(answer.message);
  return answer.bytes;
}

const board = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#1e7d46' } });
const noise = (width: number, height: number): Sharp =>
  sharp({
    create: {
      width,
      height,
      channels: 3,
      background: '#888',
      noise: { type: 'gaussian', mean: 128, sigma: 90 },
    },
  });

/** Width and height of a lossy WebP, from its header. */
function webpSize(bytes: Buffer): [number, number] {
  expect(bytes.subarray(0, 4).toString() + bytes.subarray(8, 16).toString()).toBe('RIFFWEBPVP8 ');
  return [bytes.readUInt16LE(26), bytes.readUInt16LE(28)];
}

async function sizeOf(bytes: Buffer): Promise<[number, number]> {
  const { width, height } = await sharp(bytes).metadata();
  return [width, height];
}

test('each size has its format and its measure, and nothing is enlarged', async () => {
  const photo = await board(800, 600).jpeg().toBuffer();
  expect(webpSize(await render(photo, stripSpec))).toEqual([256, 192]);
  expect(webpSize(await render(photo, cardSpec))).toEqual([640, 480]);
  expect(await sharp(await render(photo, compatSpec(512))).metadata()).toMatchObject({
    format: 'jpeg',
    width: 512,
    height: 384,
  });
  const small = await board(60, 40).png().toBuffer();
  expect(webpSize(await render(small, cardSpec))).toEqual([60, 40]);
  expect(await sharp(await render(small, compatSpec(512))).metadata()).toMatchObject({
    width: 60,
    height: 40,
  });
});

test('a strip thumbnail never weighs more than 8 KB, whatever the image', async () => {
  const worst = await noise(256, 192).jpeg({ quality: 100 }).toBuffer();
  const plain = await sharp(worst).webp({ quality: stripSpec.quality }).toBuffer();
  expect(plain.length).toBeGreaterThan(8192);
  expect((await render(worst, stripSpec)).length).toBeLessThanOrEqual(8192);
  expect((await render(await noise(700, 500).png().toBuffer(), stripSpec)).length).toBeLessThanOrEqual(8192);
});

test('a camera mounted sideways still gives upright thumbnails, without its metadata', async () => {
  const red = {
    input: { create: { width: 100, height: 200, channels: 3, background: '#f00' } },
    left: 0,
    top: 0,
  } as const;
  const sideways = await board(300, 200)
    .composite([red])
    .jpeg()
    .withExif({ IFD0: { Orientation: '6', Copyright: 'Line 4 operator' } })
    .withMetadata({ orientation: 6 })
    .toBuffer();
  expect((await sharp(sideways).metadata()).exif).toBeDefined();
  const thumbnail = sharp(await render(sideways, compatSpec(512)));
  const metadata = await thumbnail.metadata();
  expect(metadata).toMatchObject({ width: 200, height: 300 });
  expect([metadata.exif, metadata.orientation]).toEqual([undefined, undefined]);
  const { data, info } = await thumbnail.raw().toBuffer({ resolveWithObject: true });
  const pixel = (x: number, y: number) => data.readUInt8((y * info.width + x) * info.channels);
  expect([pixel(100, 20) > 200, pixel(100, 280) < 100]).toEqual([true, true]);
});

test('transparent, grey, 16-bit and CMYK images come out as plain colour', async () => {
  const sources = await Promise.all([
    board(50, 50).ensureAlpha(0).png().toBuffer(),
    board(50, 50).toColourspace('grey16').png().toBuffer(),
    board(50, 50).toColourspace('cmyk').jpeg().toBuffer(),
  ]);
  for (const source of sources)
    expect(await sharp(await render(source, compatSpec(64))).metadata()).toMatchObject({
      space: 'srgb',
      channels: 3,
    });
});

test.each(['jpeg', 'png'] as const)('a %s cut off anywhere is reported as truncated', async (format) => {
  const whole = await noise(300, 200).toFormat(format).toBuffer();
  for (const length of [10, 40, 300, whole.length >> 1, whole.length - 40]) {
    const answer = await renderThumbnail(put(whole.subarray(0, length)), stripSpec);
    expect(answer, `${length} of ${whole.length} bytes`).toMatchObject({ ok: false, reason: 'truncated' });
  }
});

test('an empty file and one of zeros are truncated, not an image', async () => {
  for (const bytes of [Buffer.alloc(0), Buffer.alloc(9000)])
    expect(await renderThumbnail(put(bytes), stripSpec)).toMatchObject({ ok: false, reason: 'truncated' });
});

test.each(oddImages)(
  '$what is drawn as browsers do, and refused in plain words where its end is missing',
  async (image) => {
    const answer = await renderThumbnail(put(image.bytes), stripSpec);
    expect(answer.ok).toBe(image.drawn);
    if (answer.ok) return;
    const reason = /end missing|instead of its end/.test(image.what) ? 'truncated' : 'unreadable';
    // The decoder's own words may be about another image that is drawn at the same time.
    expect(answer).toMatchObject({ reason, message: expect.not.stringMatching(/vips|png/i) });
  },
);

test('what is wrong with an image is said of that image alone, whatever is drawn beside it', async () => {
  const paths = oddImages.map(({ bytes }) => put(bytes));
  const alone = [];
  for (const path of paths) alone.push(await renderThumbnail(path, stripSpec));
  const together = await Promise.all(paths.map((path) => renderThumbnail(path, stripSpec)));
  expect(together).toEqual(alone);
});

test('what is not JPEG or PNG inside is refused, whatever its name', async () => {
  const svg = Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
  );
  const bitmap = Buffer.concat([Buffer.from('BM'), Buffer.alloc(60)]);
  for (const bytes of [svg, bitmap, Buffer.from('%PDF-1.7'), await board(9, 9).webp().toBuffer()])
    expect(await renderThumbnail(put(bytes), stripSpec)).toMatchObject({ ok: false, reason: 'not_an_image' });
});

test('decoders other than those of JPEG and PNG are shut for the whole process', async () => {
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
  await expect(sharp(svg).png().toBuffer()).rejects.toThrow();
  for (const other of [board(9, 9).png(), board(9, 9).webp(), board(9, 9).tiff()])
    await expect(
      sharp(put(await other.toBuffer()))
        .jpeg()
        .toBuffer(),
    ).rejects.toThrow();
});

test('a bomb is refused by its header, before it takes memory or time', async () => {
  const answer = await renderThumbnail(put(await claimedSize(30_000, 30_000)), stripSpec);
  expect(answer).toMatchObject({ ok: false, reason: 'too_large' });
});

test('an interlaced image, which must be unpacked whole, may have fewer pixels', async () => {
  expect(await renderThumbnail(put(await claimedSize(6000, 6000, 1)), stripSpec)).toMatchObject({
    ok: false,
    reason: 'too_large',
  });
  const progressive = await board(6000, 5000).jpeg({ progressive: true }).toBuffer();
  expect(await renderThumbnail(put(progressive), stripSpec)).toMatchObject({
    ok: false,
    reason: 'too_large',
  });
  const baseline = await board(6000, 5000).jpeg().toBuffer();
  expect(await renderThumbnail(put(baseline), stripSpec)).toMatchObject({ ok: true });
});

test('no odd way of writing its header lets an image that must be unpacked whole have more pixels', async () => {
  const progressive = await board(6000, 5000).jpeg({ progressive: true }).toBuffer();
  const lonelyMarker = Buffer.from([0xff, 0x01]);
  const disguised = Buffer.concat([progressive.subarray(0, 2), lonelyMarker, progressive.subarray(2)]);
  const channelByChannel = drawnInPasses(3, { side: 6000, channels: 3 });
  for (const bytes of [disguised, channelByChannel])
    expect(await renderThumbnail(put(bytes), stripSpec)).toMatchObject({ ok: false, reason: 'too_large' });
});

test('an image drawn in a hundred passes is taken, one that would keep the decoder busy for hours is not', async () => {
  expect(await renderThumbnail(put(drawnInPasses(99)), stripSpec)).toMatchObject({ ok: true });
  const answer = await renderThumbnail(put(drawnInPasses(101)), stripSpec);
  expect(answer).toMatchObject({ ok: false, reason: 'unreadable' });
});

test('a line scan of 150 million pixels is drawn from a reduced decode; what cannot be reduced is refused', async () => {
  const rows = 36_640;
  const scan = board(4096, rows).jpeg({ chromaSubsampling: '4:4:4' });
  const path = put(await scan.toBuffer());
  for (const [spec, width, height] of [
    [stripSpec, 21, 192],
    [ladderSpec(1920, 'image/jpeg'), 1789, 16_000],
  ] as const) {
    const answer = await renderThumbnail(path, spec);
    if (!answer.ok) throw new Error(answer.message);
    const drawn = spec.type === 'image/webp' ? webpSize(answer.bytes) : await sizeOf(answer.bytes);
    expect(Math.abs(drawn[0] - width) <= 1 && Math.abs(drawn[1] - height) <= 1, `${drawn}`).toBe(true);
  }
  const answer = await renderThumbnail(put(await claimedSize(4096, rows)), stripSpec);
  expect(answer).toMatchObject({
    ok: false,
    reason: 'too_large',
    message: expect.stringContaining('100 million'),
  });
});

test('a JPEG that claims more pixels than any line scan is refused by its header', async () => {
  const jpeg = await board(8, 8).jpeg().toBuffer();
  const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
  jpeg.writeUInt16BE(20_001, frame + 5);
  jpeg.writeUInt16BE(20_001, frame + 7);
  const answer = await renderThumbnail(put(jpeg), stripSpec);
  expect(answer).toMatchObject({ reason: 'too_large', message: expect.stringContaining('400 million') });
});

test('a file of 50 MB is taken, one above the limit is not even read', async () => {
  const jpeg = await board(400, 300).jpeg().toBuffer();
  const path = put(Buffer.concat([jpeg, Buffer.alloc(50 * 1024 * 1024 - jpeg.length, 7)]));
  expect(await renderThumbnail(path, stripSpec)).toMatchObject({ ok: true });
  truncateSync(path, 65 * 1024 * 1024);
  expect(await renderThumbnail(path, stripSpec)).toMatchObject({ ok: false, reason: 'too_large' });
});

test('a missing file is distinguished from a folder with an image’s name', async () => {
  expect(await renderThumbnail(join(folder, 'gone.jpg'), stripSpec)).toMatchObject({
    ok: false,
    reason: 'missing',
  });
  mkdirSync(join(folder, 'folder.jpg'));
  expect(await renderThumbnail(join(folder, 'folder.jpg'), stripSpec)).toMatchObject({
    ok: false,
    reason: 'unreadable',
  });
});

/** A JPEG of one colour in as many scans: progressive when grey, else one after another channel by channel. */
function drawnInPasses(passes: number, { side = 8, channels = 1 } = {}): Buffer {
  const segment = (marker: number, ...data: number[]) =>
    Buffer.from([0xff, marker, 0, data.length + 2, ...data]);
  const oneCode = [1, ...Array(15).fill(0), 0];
  const ids = Array.from({ length: channels }, (_, i) => i + 1);
  const size = [side >> 8, side & 255, side >> 8, side & 255];
  const frame = channels === 1 ? 0xc2 : 0xc0;
  const scan = (i: number) => {
    const [from, to] = channels > 1 ? [0, 63] : i === 0 ? [0, 0] : [1, 63];
    return Buffer.concat([segment(0xda, 1, ids[i % channels]!, 0, from, to, 0), Buffer.from([0x3f])]);
  };
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xdb, 0, ...Array(64).fill(1)),
    segment(frame, 8, ...size, channels, ...ids.flatMap((id) => [id, 0x11, 0])),
    segment(0xc4, 0, ...oneCode),
    segment(0xc4, 0x10, ...oneCode),
    ...Array.from({ length: passes }, (_, i) => scan(i)),
    Buffer.from([0xff, 0xd9]),
  ]);
}

/** A small PNG whose header claims other dimensions. */
async function claimedSize(width: number, height: number, interlace = 0): Promise<Buffer> {
  const png = await board(8, 8).png().toBuffer();
  png.writeUInt32BE(width, 16);
  png.writeUInt32BE(height, 20);
  png.writeUInt8(interlace, 28);
  png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
  return png;
}
