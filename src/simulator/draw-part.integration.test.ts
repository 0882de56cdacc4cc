import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { pictureHeight, pictureWidth } from './camera.ts';
import { createPartArtist, type PartArtist } from './draw-part.ts';
import { defectKinds, drawnParts } from './products.ts';
import type { Box } from './surface.ts';

/** Thumbnails on a station card are this wide. */
const thumbnailWidth = 96;
const thumbnailHeight = (thumbnailWidth * pictureHeight) / pictureWidth;

describe.each(drawnParts)('a picture of %s', (part) => {
  let artist: PartArtist;
  beforeAll(async () => {
    artist = await createPartArtist(part);
  });

  test('is a complete JPEG of 640×480 between 20 and 65 KB', async () => {
    const { jpeg } = await artist.draw('unit', null);
    const { format, width, height } = await sharp(jpeg).metadata();
    expect({ format, width, height }).toEqual({ format: 'jpeg', width: 640, height: 480 });
    expect(jpeg.subarray(-2).toString('hex')).toBe('ffd9');
    expect(jpeg.length).toBeGreaterThan(20_000);
    expect(jpeg.length).toBeLessThan(65_000);
  });

  test('follows from its key alone, and two units never look the same', async () => {
    const first = await artist.draw('unit', 'dent');
    expect((await artist.draw('unit', 'dent')).jpeg.equals(first.jpeg)).toBe(true);
    expect((await artist.draw('other', 'dent')).jpeg.equals(first.jpeg)).toBe(false);
  });

  test.each(defectKinds)('shows a %s at thumbnail size, and only where the defect is', async (kind) => {
    for (const key of ['a', 'b', 'c', 'd']) {
      const good = await thumbnail((await artist.draw(key, null)).jpeg);
      const bad = await artist.draw(key, kind);
      const { inside, outside } = compare(good, await thumbnail(bad.jpeg), bad.defectBox!);
      expect(inside, `${kind} ${key}`).toBeGreaterThan(30);
      expect(outside, `${kind} ${key}`).toBeLessThan(inside / 4);
    }
  });
});

function thumbnail(jpeg: Buffer): Promise<Buffer> {
  return sharp(jpeg).resize(thumbnailWidth, thumbnailHeight, { fit: 'fill' }).greyscale().raw().toBuffer();
}

/** The largest difference in grey levels between two thumbnails, inside and outside of a box in picture pixels. */
function compare(good: Buffer, bad: Buffer, box: Box): { inside: number; outside: number } {
  const scale = pictureWidth / thumbnailWidth;
  const found = { inside: 0, outside: 0 };
  for (const [index, level] of good.entries()) {
    const x = (index % thumbnailWidth) * scale;
    const y = Math.floor(index / thumbnailWidth) * scale;
    const side =
      x > box.left - scale && x < box.right && y > box.top - scale && y < box.bottom ? 'inside' : 'outside';
    found[side] = Math.max(found[side], Math.abs(level - bad[index]!));
  }
  return found;
}
