import type { Sharp } from 'sharp';
import { openPixels, TooManyPixels } from './untrusted-image.ts';

/** A BMP of a kind that is not drawn here, in words that follow "the file is a BMP". */
export class UnsupportedBmp extends Error {}

/** What a BMP's header says of its pixels. */
export type BmpHeader = {
  width: number;
  height: number;
  /** 1 grey, 3 blue-green-red, 4 the same and one that does not count. */
  channels: 1 | 3 | 4;
  /** Where the first row begins; each takes whole groups of four bytes. */
  pixelsAt: number;
  strideBytes: number;
  isTopDown: boolean;
};

const fileHeaderBytes = 14;
const infoHeaderBytes = 40;
const maxPixels = 25_000_000;
const usualMasks = [0x00ff0000, 0x0000ff00, 0x000000ff];

/**
 * Reads the header of a BMP: 24 and 32 bits a pixel, and 8 bits of grey as cameras without colour write them, none of
 * them compressed. Throws `UnsupportedBmp` for any other kind and `TooManyPixels`; nothing is believed that the bytes do
 * not bear out. Format: Microsoft, BITMAPINFOHEADER, BITMAPV4HEADER and BITMAPV5HEADER.
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
 * A BMP for drawing. The bytes go to the image library as they are; it turns and sorts them while it scales, off the
 * main thread. Only rows that end in padding are moved together first, by copies of whole rows.
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

/** The fourth byte means nothing here, and would be taken for transparency: it goes before anything else is done. */
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

/** Uncompressed, or with the masks that say the same. */
function isUncompressed(bytes: Buffer, bits: number): boolean {
  const compression = bytes.readUInt32LE(30);
  if (compression === 0) return true;
  if (compression !== 3 || bits !== 32 || bytes.length < fileHeaderBytes + infoHeaderBytes + 12) return false;
  return usualMasks.every(
    (mask, i) => bytes.readUInt32LE(fileHeaderBytes + infoHeaderBytes + i * 4) === mask,
  );
}

/** 256 steps from black to white in order. */
function hasGreyPalette(bytes: Buffer, paletteAt: number): boolean {
  const colours = bytes.readUInt32LE(46) || 256;
  if (colours !== 256 || bytes.length < paletteAt + 1024) return false;
  for (let grey = 0; grey < 256; grey++) {
    const at = paletteAt + grey * 4;
    if (bytes[at] !== grey || bytes[at + 1] !== grey || bytes[at + 2] !== grey) return false;
  }
  return true;
}
