import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, expect, test } from 'vitest';
import { type LadderWidth, ladderSpec, renderThumbnail } from './thumbnails/thumbnail.ts';

// Images are read into memory, and JPEGs copied to files, that held others before.

const folder = mkdtempSync(join(tmpdir(), 'reused-'));
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
function put(bytes: Buffer): string {
  const path = join(folder, `${count++}`);
  writeFileSync(path, bytes);
  return path;
}

/** One grey all over; incompressible metadata gives files of one picture very different lengths. */
async function drawGrey(grey: number, width: number, format: 'jpeg' | 'png'): Promise<Buffer> {
  const background = { r: grey, g: grey, b: grey };
  const image = sharp({ create: { width, height: width, channels: 3, background } });
  const bytes = await image.toFormat(format).toBuffer();
  return format === 'png' ? bytes : Buffer.concat([bytes.subarray(0, 2), comment(grey), bytes.subarray(2)]);
}

/** A JPEG comment of up to 64 KB. */
function comment(grey: number): Buffer {
  const segment = Buffer.alloc(4 + grey * 250, grey);
  segment.writeUInt16BE(0xfffe, 0);
  segment.writeUInt16BE(segment.length - 2, 2);
  return segment;
}

/** The darkest and lightest of a drawn picture; null for one that is none. */
async function shadesOf(path: string, width: LadderWidth): Promise<[number, number] | null> {
  const drawn = await renderThumbnail(path, ladderSpec(width, 'image/jpeg'));
  if (!drawn.ok) return null;
  const { channels } = await sharp(drawn.bytes).stats();
  return [Math.min(...channels.map(({ min }) => min)), Math.max(...channels.map(({ max }) => max))];
}

test('pictures drawn side by side and after damaged ones hold nothing of each other', async () => {
  const greys = Array.from({ length: 24 }, (_, i) => 10 + i * 10);
  const work = greys.map(async (grey, i) => {
    const whole = await drawGrey(grey, [700, 1300, 2600][i % 3]!, i % 4 === 3 ? 'png' : 'jpeg');
    const cut = put(whole.subarray(0, Math.floor(whole.length * 0.6)));
    const path = put(whole);
    const width = ([320, 640, 1280] as const)[i % 3]!;
    expect([grey, await shadesOf(cut, width)]).toEqual([grey, null]);
    for (let round = 0; round < 2; round++) {
      const [darkest, lightest] = (await shadesOf(path, width)) ?? [];
      expect(Math.abs((darkest ?? -99) - grey), `${grey}`).toBeLessThanOrEqual(2);
      expect(Math.abs((lightest ?? 999) - grey), `${grey}`).toBeLessThanOrEqual(2);
    }
  });
  await Promise.all(work);
}, 120_000);
