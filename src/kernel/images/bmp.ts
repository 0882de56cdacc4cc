import type { Sharp } from 'sharp';
import type { BmpHeader } from './bmp-header.ts';
import { decodeBmpPixels, endsEarly } from './bmp-pixels.ts';
import { openPixels } from './untrusted-image.ts';

/** Nothing of the pixels lies before this. */
const smallestHeadersBytes = 26;

/**
 * Opens a BMP for drawing. Where its pixels lie as cameras write them (24 or 32 bits, or 8 bits of grey), sharp gets the
 * bytes as they are and flips and reorders them while it scales, off the main thread; other kinds are decoded first.
 */
export async function openBmp(bytes: Buffer, header: BmpHeader): Promise<Sharp> {
  if (header.pixelsAt < smallestHeadersBytes) throw endsEarly();
  const channels = channelsAsStored(header);
  if (channels !== undefined) return openStored(bytes, header, channels);
  const { width, height } = header;
  return openPixels({ data: await decodeBmpPixels(bytes, header), info: { width, height, channels: 3 } });
}

type Channels = 1 | 3 | 4;

/** 1 grey, 3 blue-green-red, 4 the same with an unused fourth; undefined for a layout that sharp cannot be given. */
function channelsAsStored({ bits, storage, palette, masks }: BmpHeader): Channels | undefined {
  if (storage === 'runs') return undefined;
  if (bits === 24) return 3;
  if (bits === 32 && masks?.every((mask, i) => mask === usualMasks[i])) return 4;
  return bits === 8 && palette?.equals(greyPalette) ? 1 : undefined;
}

const usualMasks = [0x00ff0000, 0x0000ff00, 0x000000ff];
const greyPalette = Buffer.from(Array.from({ length: 256 }, (_, grey) => [grey, grey, grey]).flat());

/** Only padded rows are packed first, by copying whole rows. */
async function openStored(bytes: Buffer, header: BmpHeader, channels: Channels): Promise<Sharp> {
  const { width, height, pixelsAt, strideBytes, isTopDown } = header;
  if (bytes.length < pixelsAt + strideBytes * height) throw endsEarly();
  const padded = bytes.subarray(pixelsAt, pixelsAt + strideBytes * height);
  const rowBytes = width * channels;
  const data = rowBytes === strideBytes ? padded : Buffer.allocUnsafe(rowBytes * height);
  if (data !== padded) {
    for (let row = 0; row < height; row++)
      padded.copy(data, row * rowBytes, row * strideBytes, row * strideBytes + rowBytes);
  }
  const image = openPixels(await withoutFourth({ data, info: { width, height, channels } }));
  const upright = isTopDown ? image : image.flip();
  if (channels === 1) return upright;
  return upright.recomb([
    [0, 0, 1],
    [0, 1, 0],
    [1, 0, 0],
  ]);
}

/** The fourth byte has no meaning but would be read as transparency, so it is removed before anything else. */
async function withoutFourth(pixels: Parameters<typeof openPixels>[0]) {
  if (pixels.info.channels !== 4) return pixels;
  const { data } = await openPixels(pixels).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data, info: { ...pixels.info, channels: 3 as const } };
}
