import { setImmediate as nextTurn } from 'node:timers/promises';
import type { BmpHeader } from './bmp-header.ts';

/** After holding the thread for so long, requests get a turn. */
const maxHoldMs = 10;

/** Between two looks at the clock. */
const pixelsBetweenLooks = 100_000;

/** The stored bytes of a BMP's pixels end before the image does. */
export const endsEarly = () => new Error('its pixels end too early');

/**
 * Decodes the pixels of any BMP whose header was read: red, green and blue, a byte each, rows from the top. Gives other
 * work a turn meanwhile. Throws when the stored pixels end early. Runs may leave pixels out (entry 0 of the palette), as
 * the format allows.
 */
export async function decodeBmpPixels(bytes: Buffer, header: BmpHeader): Promise<Buffer> {
  const { width, height, isTopDown } = header;
  const rows = header.storage === 'runs' ? await expandRuns(bytes, header) : storedRows(bytes, header);
  const decodeRow = rowDecoder(header);
  const pixels = Buffer.allocUnsafe(width * height * 3);
  const giveTurns = createTurns();
  for (let row = 0; row < height; row++) {
    const to = (isTopDown ? row : height - 1 - row) * width * 3;
    decodeRow(rows.bytes, row * rows.strideBytes, pixels, to);
    const turn = giveTurns(width);
    if (turn) await turn;
  }
  return pixels;
}

type Rows = { bytes: Buffer; strideBytes: number };

function storedRows(bytes: Buffer, { pixelsAt, strideBytes, height }: BmpHeader): Rows {
  const end = pixelsAt + strideBytes * height;
  if (bytes.length < end) throw endsEarly();
  return { bytes: bytes.subarray(pixelsAt, end), strideBytes };
}

/** Decodes one row that begins at `from` into red, green, blue from `to` on. */
type DecodeRow = (stored: Buffer, from: number, pixels: Buffer, to: number) => void;

function rowDecoder(header: BmpHeader): DecodeRow {
  const { width, bits, storage, palette, masks } = header;
  // Runs are expanded to a byte a pixel.
  if (palette) return decodeEntries(width, storage === 'runs' ? 8 : bits, palette);
  if (masks) return decodeMasked(width, bits / 8, masks);
  return decodeBlueGreenRed(width);
}

function decodeEntries(width: number, bits: number, palette: Buffer): DecodeRow {
  const perByte = 8 / bits;
  const mask = 2 ** bits - 1;
  return (stored, from, pixels, to) => {
    for (let x = 0; x < width; x++) {
      // The leftmost pixel is in the highest bits.
      const shift = 8 - bits * ((x % perByte) + 1);
      const entry = ((stored[from + Math.floor(x / perByte)]! >> shift) & mask) * 3;
      const at = to + x * 3;
      pixels[at] = palette[entry]!;
      pixels[at + 1] = palette[entry + 1]!;
      pixels[at + 2] = palette[entry + 2]!;
    }
  };
}

function decodeMasked(width: number, pixelBytes: number, masks: NonNullable<BmpHeader['masks']>): DecodeRow {
  const channels = masks.map(readChannel);
  return (stored, from, pixels, to) => {
    for (let x = 0; x < width; x++) {
      const value = stored.readUIntLE(from + x * pixelBytes, pixelBytes);
      for (let channel = 0; channel < 3; channel++) pixels[to + x * 3 + channel] = channels[channel]!(value);
    }
  };
}

/** Reads the bits of a mask as 0 to 255. */
function readChannel(mask: number): (value: number) => number {
  if (mask === 0) return () => 0;
  const lowest = 31 - Math.clz32(mask & -mask);
  const highest = mask >>> lowest;
  return (value) => Math.round((((value & mask) >>> lowest) * 255) / highest);
}

function decodeBlueGreenRed(width: number): DecodeRow {
  return (stored, from, pixels, to) => {
    for (let at = 0; at < width * 3; at += 3) {
      pixels[to + at] = stored[from + at + 2]!;
      pixels[to + at + 1] = stored[from + at + 1]!;
      pixels[to + at + 2] = stored[from + at]!;
    }
  };
}

const escapes = { endOfRow: 0, endOfImage: 1, move: 2 };

/**
 * Expands run-length encoding to one palette entry a byte. What lies outside of the image is dropped.
 * Format: Microsoft, "Bitmap Compression" (BI_RLE8, BI_RLE4).
 */
async function expandRuns(bytes: Buffer, { pixelsAt, width, height, bits }: BmpHeader): Promise<Rows> {
  const entries = Buffer.alloc(width * height);
  const giveTurns = createTurns();
  let at = pixelsAt;
  let x = 0;
  let y = 0;
  const put = (entry: number) => {
    if (x < width) entries[y * width + x] = entry;
    x++;
  };
  while (y < height && !(y === height - 1 && x >= width)) {
    if (at + 2 > bytes.length) throw endsEarly();
    const [count, value] = [bytes[at]!, bytes[at + 1]!];
    at += 2;
    const turn = giveTurns(Math.max(count, 1));
    if (turn) await turn;
    if (count > 0) {
      for (let i = 0; i < count; i++) put(bits === 8 ? value : i % 2 === 0 ? value >> 4 : value & 15);
    } else if (value === escapes.endOfRow) {
      x = 0;
      y++;
    } else if (value === escapes.endOfImage) {
      break;
    } else if (value === escapes.move) {
      if (at + 2 > bytes.length) throw endsEarly();
      x += bytes[at]!;
      y += bytes[at + 1]!;
      at += 2;
    } else {
      const length = Math.ceil((value * bits) / 8);
      if (at + length > bytes.length) throw endsEarly();
      for (let i = 0; i < value; i++) {
        const byte = bytes[at + Math.floor((i * bits) / 8)]!;
        put(bits === 8 ? byte : i % 2 === 0 ? byte >> 4 : byte & 15);
      }
      // Such stretches are padded to an even number of bytes.
      at += length + (length % 2);
    }
  }
  return { bytes: entries, strideBytes: width };
}

/** Called with the pixels just done; waits for a turn of the event loop where the thread was held for long. */
function createTurns(): (pixels: number) => Promise<void> | undefined {
  let heldSince = performance.now();
  let sinceLook = 0;
  return (pixels) => {
    sinceLook += pixels;
    if (sinceLook < pixelsBetweenLooks) return undefined;
    sinceLook = 0;
    if (performance.now() - heldSince < maxHoldMs) return undefined;
    return nextTurn().then(() => {
      heldSince = performance.now();
    });
  };
}
