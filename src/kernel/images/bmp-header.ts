import { TooManyPixels } from './untrusted-image.ts';

/** A BMP variant that is not supported; the message completes "the file is a BMP …". */
export class UnsupportedBmp extends Error {}

/** How the pixels of a BMP are stored: as they are, as runs of equal palette entries, or under three bit masks. */
type Storage = 'plain' | 'runs' | 'masks';

/** The pixel layout according to a BMP's header. */
export type BmpHeader = {
  width: number;
  height: number;
  /** Bits a pixel: 1, 2, 4, 8, 16, 24 or 32. */
  bits: number;
  storage: Storage;
  /** Up to 8 bits a pixel: the colours, red, green, blue for each of 256 entries; those that the file lacks are black. */
  palette: Buffer | undefined;
  /** With 16 and 32 bits a pixel: which bits are red, green and blue. */
  masks: readonly [number, number, number] | undefined;
  /** Offset of the first row. */
  pixelsAt: number;
  /** Bytes a row, padded to a multiple of four; without meaning for runs. */
  strideBytes: number;
  isTopDown: boolean;
};

const fileHeaderBytes = 14;
const coreHeaderBytes = 12;
const infoHeaderBytes = 40;
const masksAt = fileHeaderBytes + infoHeaderBytes;
const maxPixels = 25_000_000;
const masksOfBits: Partial<Record<number, BmpHeader['masks']>> = {
  16: [0x7c00, 0x03e0, 0x001f],
  32: [0x00ff0000, 0x0000ff00, 0x000000ff],
};

/**
 * Reads the header of a BMP, every field checked against the bytes. Throws `UnsupportedBmp` for a variant that browsers
 * do not show either (JPEG or PNG inside, printers' kinds), and `TooManyPixels`.
 * Format: Microsoft, BITMAPCOREHEADER, BITMAPINFOHEADER, BITMAPV4HEADER and BITMAPV5HEADER.
 */
export function readBmpHeader(bytes: Buffer): BmpHeader {
  if (bytes.length < masksAt) throw new UnsupportedBmp('with an incomplete header');
  const headerBytes = bytes.readUInt32LE(fileHeaderBytes);
  const isCore = headerBytes === coreHeaderBytes;
  if (!isCore && headerBytes < infoHeaderBytes) throw new UnsupportedBmp('with a header of an unknown kind');
  const width = isCore ? bytes.readUInt16LE(18) : bytes.readInt32LE(18);
  const signedHeight = isCore ? bytes.readUInt16LE(20) : bytes.readInt32LE(22);
  const height = Math.abs(signedHeight);
  if (width <= 0 || height === 0) throw new UnsupportedBmp('without a size');
  if (width * height > maxPixels)
    throw new TooManyPixels(`more than the ${maxPixels / 1_000_000} million pixels taken`);
  const bits = bytes.readUInt16LE(isCore ? 24 : 28);
  if (![1, 2, 4, 8, 16, 24, 32].includes(bits)) throw new UnsupportedBmp(`with ${bits} bits a pixel`);
  const compression = isCore ? 0 : bytes.readUInt32LE(30);
  const storage = storageOf(compression, bits);
  return {
    width,
    height,
    bits,
    storage,
    palette: bits <= 8 ? readPalette(bytes, headerBytes, bits) : undefined,
    masks: storage === 'masks' ? readMasks(bytes) : masksOfBits[bits],
    pixelsAt: bytes.readUInt32LE(10),
    strideBytes: Math.ceil((width * bits) / 32) * 4,
    isTopDown: signedHeight < 0,
  };
}

/** By biCompression: 0 BI_RGB, 1 BI_RLE8, 2 BI_RLE4, 3 BI_BITFIELDS, 6 BI_ALPHABITFIELDS. */
function storageOf(compression: number, bits: number): Storage {
  if (compression === 0) return 'plain';
  if ((compression === 1 && bits === 8) || (compression === 2 && bits === 4)) return 'runs';
  if ((compression === 3 || compression === 6) && (bits === 16 || bits === 32)) return 'masks';
  throw new UnsupportedBmp(`of compression ${compression} with ${bits} bits a pixel`);
}

function readPalette(bytes: Buffer, headerBytes: number, bits: number): Buffer {
  const isCore = headerBytes === coreHeaderBytes;
  const entryBytes = isCore ? 3 : 4;
  const named = isCore ? 0 : bytes.readUInt32LE(46);
  const paletteAt = fileHeaderBytes + headerBytes;
  const stored = Math.max(0, Math.floor((bytes.length - paletteAt) / entryBytes));
  const colours = Math.min(named || 2 ** bits, 2 ** bits, stored);
  const palette = Buffer.alloc(256 * 3);
  for (let entry = 0; entry < colours; entry++) {
    const at = paletteAt + entry * entryBytes;
    palette[entry * 3] = bytes[at + 2]!;
    palette[entry * 3 + 1] = bytes[at + 1]!;
    palette[entry * 3 + 2] = bytes[at]!;
  }
  return palette;
}

/** In a file of the longer headers they lie in the header, at the same place as behind the shorter one. */
function readMasks(bytes: Buffer): BmpHeader['masks'] {
  if (bytes.length < masksAt + 12) throw new UnsupportedBmp('with an incomplete header');
  const masks = [0, 4, 8].map((offset) => bytes.readUInt32LE(masksAt + offset));
  return [masks[0]!, masks[1]!, masks[2]!];
}
