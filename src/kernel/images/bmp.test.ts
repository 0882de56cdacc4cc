import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { bitmapKinds, createBitmap } from '../../testing/bitmaps.ts';
import { openBmp } from './bmp.ts';
import { readBmpHeader } from './bmp-header.ts';
import { decodeBmpPixels } from './bmp-pixels.ts';
import { readPixelSize } from './pixel-size.ts';
import { ladderSpec, renderThumbnail, type ThumbnailSpec } from './thumbnails/thumbnail.ts';
import { openPixels } from './untrusted-image.ts';

const folder = mkdtempSync(join(tmpdir(), 'linesight-bmp-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Kind = { bits?: number; topDown?: boolean; width?: number; height?: number };

/** Red above left, green above right, blue below left, white below right; grey steps with 8 bits. */
function writeBmp(
  { bits = 24, topDown = false, width = 101, height = 67 }: Kind,
  patch?: (bytes: Buffer) => void,
) {
  const paletteBytes = bits === 8 ? 1024 : 0;
  const stride = Math.ceil((width * bits) / 32) * 4;
  const pixelsAt = 54 + paletteBytes;
  const bytes = Buffer.alloc(pixelsAt + stride * height);
  bytes.write('BM', 0, 'latin1');
  bytes.writeUInt32LE(bytes.length, 2);
  bytes.writeUInt32LE(pixelsAt, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(width, 18);
  bytes.writeInt32LE(topDown ? -height : height, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(bits, 28);
  for (let grey = 0; grey < paletteBytes / 4; grey++) bytes.fill(grey, 54 + grey * 4, 54 + grey * 4 + 3);
  for (let y = 0; y < height; y++) {
    const row = pixelsAt + (topDown ? y : height - 1 - y) * stride;
    for (let x = 0; x < width; x++) {
      const colour = colourAt(x < width / 2, y < height / 2);
      if (bits === 8) bytes[row + x] = colour[0];
      else Buffer.from(colour.toReversed()).copy(bytes, row + x * (bits / 8));
    }
  }
  patch?.(bytes);
  const path = join(folder, `${Math.random()}.bmp`);
  writeFileSync(path, bytes);
  return path;
}

function colourAt(isLeft: boolean, isTop: boolean): [number, number, number] {
  if (isTop) return isLeft ? [230, 20, 20] : [20, 230, 20];
  return isLeft ? [20, 20, 230] : [230, 230, 230];
}

const spec: ThumbnailSpec = { ...ladderSpec(320, 'image/jpeg'), quality: 95 };

async function cornersOf(path: string) {
  const answer = await renderThumbnail(path, spec);
  if (!answer.ok) return answer;
  const { data, info } = await sharp(answer.bytes).raw().toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) => [
    ...data.subarray((y * info.width + x) * info.channels).subarray(0, 3),
  ];
  const [right, bottom] = [info.width - 6, info.height - 6];
  return {
    size: [info.width, info.height],
    corners: [at(5, 5), at(right, 5), at(5, bottom), at(right, bottom)],
  };
}

describe('a BMP is drawn with its colours in the right order', () => {
  test.each<Kind>([
    { bits: 24 },
    { bits: 24, width: 100 },
    { bits: 24, topDown: true },
    { bits: 32 },
    { bits: 32, topDown: true, width: 64 },
    { bits: 24, width: 900, height: 600 },
  ])('%o', async (kind) => {
    const path = writeBmp(kind);
    const drawn = await cornersOf(path);
    expect(drawn).toHaveProperty('corners');
    const { corners, size } = drawn as { corners: number[][]; size: number[] };
    const { width = 101, height = 67 } = kind;
    expect(size).toEqual(width > 320 ? [320, 213] : [width, height]);
    expect(await readPixelSize(path)).toEqual({ width, height });
    const wanted = [
      colourAt(true, true),
      colourAt(false, true),
      colourAt(true, false),
      colourAt(false, false),
    ];
    for (const [i, corner] of corners.entries()) {
      for (const [channel, value] of corner.entries())
        expect(Math.abs(value - wanted[i]![channel]!)).toBeLessThan(12);
    }
  });

  test('with 8 bits of grey', async () => {
    const { corners } = (await cornersOf(writeBmp({ bits: 8 }))) as { corners: number[][] };
    for (const [i, wanted] of [230, 20, 20, 230].entries())
      for (const value of corners[i]!) expect(Math.abs(value - wanted)).toBeLessThan(8);
  });
});

test.each(bitmapKinds)('a BMP of $what is drawn with the colours of its pixels', async (kind) => {
  const bytes = createBitmap(kind);
  const path = join(folder, `${bitmapKinds.indexOf(kind)}.bmp`);
  writeFileSync(path, bytes);
  const header = readBmpHeader(bytes);
  const { width, height } = header;
  const decoded = openPixels({
    data: await decodeBmpPixels(bytes, header),
    info: { width, height, channels: 3 },
  });
  const drawn = await (await openBmp(bytes, header)).toColourspace('srgb').removeAlpha().raw().toBuffer();
  const wanted = await decoded.raw().toBuffer();
  expect(drawn.equals(wanted)).toBe(true);
  expect(await renderThumbnail(path, spec)).toMatchObject({ ok: true });
  expect(await readPixelSize(path)).toEqual({ width: 101, height: 67 });
});

test.each([
  ['rows', bitmapKinds[2]!],
  ['runs', bitmapKinds.find(({ runs }) => runs)!],
])('a BMP whose %s end early is no whole picture', async (_what, kind) => {
  const whole = createBitmap(kind);
  const path = join(folder, `early-${kind.what}.bmp`);
  writeFileSync(path, whole.subarray(0, whole.length - 600));
  expect(await renderThumbnail(path, spec)).toMatchObject({ ok: false, reason: 'truncated' });
});

test('runs that lead out of the picture change nothing outside of it', async () => {
  const bytes = createBitmap(bitmapKinds.find(({ runs }) => runs)!, 8, 4);
  const { pixelsAt } = readBmpHeader(bytes);
  // A run longer than a row, a jump above the top, then more.
  const runs = Buffer.from([255, 9, 0, 2, 200, 250, 255, 9, 0, 1]);
  const hostile = Buffer.concat([bytes.subarray(0, pixelsAt), runs]);
  const pixels = await decodeBmpPixels(hostile, readBmpHeader(hostile));
  expect(pixels.length).toBe(8 * 4 * 3);
});

describe('any other BMP is refused in plain words', () => {
  test.each<[string, string, Kind, (bytes: Buffer) => void]>([
    ['20 bits', 'a BMP with 20 bits a pixel', { bits: 24 }, (bytes) => bytes.writeUInt16LE(20, 28)],
    ['JPEG inside', 'of compression 4', { bits: 8 }, (bytes) => bytes.writeUInt32LE(4, 30)],
    ['runs of 24 bits', 'of compression 1', { bits: 24 }, (bytes) => bytes.writeUInt32LE(1, 30)],
    ['no size', 'without a size', {}, (bytes) => bytes.writeInt32LE(0, 18)],
    ['a negative width', 'without a size', {}, (bytes) => bytes.writeInt32LE(-5, 18)],
    ['the least height', 'million pixels', {}, (bytes) => bytes.writeInt32LE(-2_147_483_648, 22)],
    ['too many pixels', 'million pixels', {}, (bytes) => bytes.writeInt32LE(2_000_000, 18)],
    ['an unknown header', 'unknown kind', {}, (bytes) => bytes.writeUInt32LE(13, 14)],
    ['pixels beyond the end', 'ends before', { width: 100 }, (bytes) => bytes.writeInt32LE(900, 22)],
    ['pixels in the header', 'damaged', { width: 100 }, (bytes) => bytes.writeUInt32LE(2, 10)],
  ])('%s', async (_what, words, kind, patch) => {
    const answer = await renderThumbnail(writeBmp(kind, patch), spec);
    expect(answer.ok).toBe(false);
    expect(answer).toMatchObject({ message: expect.stringContaining(words) });
  });
});
