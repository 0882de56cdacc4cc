import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, expect, test } from 'vitest';
import {
  compatSpec,
  ladderSpec,
  renderThumbnail,
  stripSpec,
  type ThumbnailSpec,
} from './thumbnails/thumbnail.ts';

// JPEGs of sizes that their decoder makes at a half, a quarter or an eighth.

const folder = mkdtempSync(join(tmpdir(), 'shrunk-'));
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

/** Left half bright, right half dark, with fine noise. */
const photo = async (width: number, height: number) =>
  sharp({
    create: {
      width,
      height,
      channels: 3,
      background: '#888',
      noise: { type: 'gaussian', mean: 128, sigma: 20 },
    },
  })
    .composite([
      {
        input: { create: { width: Math.round(width / 2), height, channels: 3, background: '#fff' } },
        left: 0,
        top: 0,
      },
    ])
    .jpeg()
    .toBuffer();
const size = async (bytes: Buffer) => {
  const { width, height } = await sharp(bytes).metadata();
  return [width, height];
};

test.each([
  [2592, 1944, [1296, 972]],
  [2561, 1921, [1280, 960]],
  [2800, 2100, [1280, 960]],
  [5300, 300, [1325, 75]],
])('%i × %i in 1280 pixels: nothing is drawn twice for a few pixels', async (width, height, expected) => {
  const drawn = await render(await photo(width, height), ladderSpec(1280, 'image/jpeg'));
  expect(await size(drawn)).toEqual(expected);
});

test.each([600, 1100, 2200])(
  'of %i pixels is the same picture as the whole one made small',
  async (width) => {
    const source = await photo(width, width * 0.75);
    const drawn = await sharp(await render(source, compatSpec(256)))
      .greyscale()
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([drawn.info.width, drawn.info.height]).toEqual([256, 192]);
    const whole = await sharp(await sharp(source).raw().toBuffer(), {
      raw: { width, height: width * 0.75, channels: 3 },
    })
      .resize(256, 192)
      .greyscale()
      .raw()
      .toBuffer();
    const apart = whole.reduce((sum, value, i) => sum + Math.abs(value - drawn.data.readUInt8(i)), 0);
    expect(apart / whole.length).toBeLessThan(4);
  },
);

test('when cut off it is reported as truncated; damage within is shown as a browser shows it', async () => {
  const whole = await photo(600, 450);
  expect(await renderThumbnail(put(whole), stripSpec)).toMatchObject({ ok: true });
  expect(await renderThumbnail(put(whole.subarray(0, whole.length >> 1)), stripSpec)).toMatchObject({
    ok: false,
    reason: 'truncated',
  });
  whole.fill(0xff, whole.length >> 2, whole.length >> 1);
  expect(await renderThumbnail(put(whole), stripSpec)).toMatchObject({ ok: true });
});

test('mounted sideways it is upright', async () => {
  const sideways = await sharp(await photo(600, 400))
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
  const { data, info } = await sharp(await render(sideways, compatSpec(256)))
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect([info.width, info.height]).toEqual([171, 256]);
  const pixel = (x: number, y: number) => data.readUInt8((y * info.width + x) * info.channels);
  expect([pixel(85, 20) > 200, pixel(85, 240) < 200]).toEqual([true, true]);
});

test('many at once are each their own', async () => {
  const greys = Array.from({ length: 12 }, (_, i) => 20 * i);
  const sources = await Promise.all(
    greys.map((r) =>
      sharp({ create: { width: 600 + r, height: 450, channels: 3, background: { r, g: r, b: r } } })
        .jpeg()
        .toBuffer(),
    ),
  );
  const drawn = await Promise.all(sources.map((source) => render(source, compatSpec(256))));
  for (const [i, bytes] of drawn.entries()) {
    const { channels } = await sharp(bytes).stats();
    expect(Math.abs((channels[0]?.mean ?? -1) - (greys[i] ?? 0))).toBeLessThan(2);
  }
});
