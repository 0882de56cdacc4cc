import type { Sharp } from 'sharp';
import { openPixels, TooManyPixels } from './untrusted-image.ts';

/** A BMP variant that is not supported; the message completes "the file is a BMP …". */
export class UnsupportedBmp extends Error {}

/** The pixel layout according to a BMP's header. */
export type BmpHeader = {
  width: number;
  height: number;
  /** 1 grey, 3 blue-green-red, 4 the same with an unused fourth. */
  channels: 1 | 3 | 4;
  /** Offset of the first row; every row is padded to a multiple of four bytes. */
  pixelsAt: number;
  strideBytes: number;
  isTopDown: boolean;
};

const fileHeaderBytes = 14;
const infoHeaderBytes = 40;
const maxPixels = 25_000_000;
const usualMasks = [0x00ff0000, 0x0000ff00, 0x000000ff];

/**
 * Reads the header of an uncompressed BMP with 24 or 32 bits a pixel, or with 8 bits of grey as monochrome cameras write
 * it. Throws `UnsupportedBmp` for any other variant, and `TooManyPixels`. Every field is checked against the bytes.
 * Format: Microsoft, BITMAPINFOHEADER, BITMAPV4HEADER and BITMAPV5HEADER.
 */
export function readBmpHeader(bytes: Buffer): BmpHeader {
  if (bytes.length < fileHeaderBytes + infoHeaderBytes) throw new UnsupportedBmp('with an incomplete header');
  const pixelsAt = bytes.readUInt32LE(10);
  const headerBytes = bytes.readUInt32LE(14);
  if (headerBytes < infoHeaderBytes) throw new UnsupportedBmp('of a kind from before Windows 3');
  const width = bytes.readInt32LE(18);
  const signedHeight = bytes.readInt32LE(22);
  const height = Math.abs(signedHeight);
  if (width <= 0 || height === 0) throw new UnsupportedBmp('without a size');
  if (width * height > maxPixels)
    throw new TooManyPixels(`more than the ${maxPixels / 1_000_000} million pixels taken`);
  const bits = bytes.readUInt16LE(28);
  const channels = channelsOf(bits);
  if (!isUncompressed(bytes, bits)) throw new UnsupportedBmp('with compressed pixels');
  if (channels === 1 && !hasGreyPalette(bytes, fileHeaderBytes + headerBytes))
    throw new UnsupportedBmp('with 8 bits a pixel that are not grey');
  const strideBytes = Math.ceil((width * channels) / 4) * 4;
  return { width, height, channels, pixelsAt, strideBytes, isTopDown: signedHeight < 0 };
}

/**
 * Opens a BMP for drawing. sharp gets the bytes as they are and flips and reorders them while it scales, off the main
 * thread. Only padded rows are packed first, by copying whole rows.
 */
export async function openBmp(bytes: Buffer): Promise<Sharp> {
  const { width, height, channels, pixelsAt, strideBytes, isTopDown } = readBmpHeader(bytes);
  if (pixelsAt < fileHeaderBytes + infoHeaderBytes || bytes.length < pixelsAt + strideBytes * height)
    throw new Error('its pixels end too early');
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

function channelsOf(bits: number): BmpHeader['channels'] {
  if (bits === 8) return 1;
  if (bits === 24) return 3;
  if (bits === 32) return 4;
  throw new UnsupportedBmp(`with ${bits} bits a pixel`);
}

/** Uncompressed, or with bit masks that describe the same layout. */
function isUncompressed(bytes: Buffer, bits: number): boolean {
  const compression = bytes.readUInt32LE(30);
  if (compression === 0) return true;
  if (compression !== 3 || bits !== 32 || bytes.length < fileHeaderBytes + infoHeaderBytes + 12) return false;
  return usualMasks.every(
    (mask, i) => bytes.readUInt32LE(fileHeaderBytes + infoHeaderBytes + i * 4) === mask,
  );
}

/** Whether the palette holds the 256 greys from black to white in order. */
function hasGreyPalette(bytes: Buffer, paletteAt: number): boolean {
  const colours = bytes.readUInt32LE(46) || 256;
  if (colours !== 256 || bytes.length < paletteAt + 1024) return false;
  for (let grey = 0; grey < 256; grey++) {
    const at = paletteAt + grey * 4;
    if (bytes[at] !== grey || bytes[at + 1] !== grey || bytes[at + 2] !== grey) return false;
  }
  return true;
}
