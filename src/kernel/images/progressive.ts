/** Start-of-frame markers of progressive JPEG: Huffman, differential, arithmetic, both. */
const progressiveFrames = new Set([0xc2, 0xc6, 0xca, 0xce]);
/** Within C0 to CF these three start no frame. */
const noFrames = new Set([0xc4, 0xc8, 0xcc]);

/** Where the interlace method stands in a PNG: last byte of IHDR, its first chunk. */
const pngInterlaceOffset = 28;

/**
 * Whether a JPEG (progressive) or PNG (interlaced) has to be unpacked whole before its first row can be drawn, so that
 * its memory grows with its pixels. Anything else, broken files too: false.
 */
export function isProgressive(bytes: Buffer): boolean {
  if (bytes[0] === 0x89) return (bytes[pngInterlaceOffset] ?? 0) !== 0;
  let offset = 2;
  while (offset + 4 <= bytes.length && bytes[offset] === 0xff) {
    const marker = bytes.readUInt8(offset + 1);
    // The image's own bytes begin: no frame header was found before them.
    if (marker === 0xda) return false;
    if (marker >= 0xc0 && marker <= 0xcf && !noFrames.has(marker)) return progressiveFrames.has(marker);
    // Any number of 0xff may stand before a marker.
    offset += marker === 0xff ? 1 : 2 + bytes.readUInt16BE(offset + 2);
  }
  return false;
}
