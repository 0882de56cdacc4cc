/**
 * Whether an image file has been written to its end, by its own content. `unknown`: the content does not show it (not a
 * JPEG, PNG or BMP, or malformed), so only its age can.
 */
export type Completeness = 'complete' | 'incomplete' | 'unknown';

/** Bytes of a file that are needed next; fewer, or none, are answered at its end. */
export type ReadRequest = { position: number; length: number };

/** A computation over the bytes of a file that leaves reading them to its caller, which may do so in either way. */
export type ReadSteps<Answer> = Generator<ReadRequest, Answer, Buffer>;

/** Bytes of one read. */
const windowBytes = 64 * 1024;
/** No more of a file is read in search of its end; larger images are not shown either. */
const maxParsedBytes = 64 * 1024 * 1024;

const marker = 0xff;
const endOfImage = 0xd9;

/**
 * Whether a JPEG's image has its end marker, whatever follows it: vendor data, padding, a second image. Walks from
 * segment to segment, so that the end of a preview inside a segment is not mistaken for the image's own, and passes over
 * the data of every scan. As decoders do, it skips bytes between segments that belong to none.
 * Format: ITU-T T.81, B.1.1 (markers, fill and stuffed bytes) and B.2.
 */
export function* findJpegEnd(sizeBytes: number): ReadSteps<Completeness> {
  const end = Math.min(sizeBytes, maxParsedBytes);
  let window: Buffer = Buffer.alloc(0);
  let windowAt = 0;
  let at = 2;
  while (at < end) {
    if (at - windowAt >= window.length) {
      window = yield { position: at, length: Math.min(windowBytes, end - at) };
      windowAt = at;
      if (window.length === 0) return 'incomplete';
    }
    const found = window.indexOf(marker, at - windowAt);
    if (found < 0) {
      at = windowAt + window.length;
      continue;
    }
    // Of a row of fill bytes the last one belongs to the marker.
    let codeAt = found + 1;
    while (codeAt < window.length && window[codeAt] === marker) codeAt += 1;
    const code = window[codeAt];
    if (code === endOfImage) return 'complete';
    if (code !== undefined && isAlone(code)) {
      at = windowAt + codeAt + 1;
    } else if (codeAt + 3 <= window.length) {
      // A length counts its own two bytes; one below that belongs to no segment.
      at = windowAt + codeAt + 1 + Math.max(window.readUInt16BE(codeAt + 1), 2);
    } else {
      // The marker or its length crosses the end of the window, or of the file.
      at = windowAt + codeAt - 1;
      if (at + 4 > end) break;
      window = yield { position: at, length: Math.min(windowBytes, end - at) };
      windowAt = at;
      if (window.length < 4) return 'incomplete';
    }
  }
  return ended(sizeBytes);
}

/** A stuffed byte of scan data, or a marker without a length: TEM, RST0 to RST7, SOI. */
function isAlone(code: number): boolean {
  return code <= 0x01 || (code >= 0xd0 && code <= 0xd8);
}

/** Where the search reached its limit before the file's end, nothing is known. */
function ended(sizeBytes: number): Completeness {
  return sizeBytes > maxParsedBytes ? 'unknown' : 'incomplete';
}

/**
 * Whether a PNG has its IEND chunk, whatever follows it. Only the chunks' headers are read.
 * Format: PNG specification, 5.3 (chunk layout).
 */
export function* findPngEnd(sizeBytes: number): ReadSteps<Completeness> {
  const headerBytes = 8;
  const checksumBytes = 4;
  let window: Buffer = Buffer.alloc(0);
  let windowAt = 0;
  let at = 8;
  let parsedBytes = 0;
  while (at + headerBytes <= sizeBytes) {
    if (at + headerBytes > windowAt + window.length) {
      window = yield { position: at, length: Math.min(chunkWindowBytes, sizeBytes - at) };
      windowAt = at;
      parsedBytes += window.length;
      if (window.length < headerBytes) return 'incomplete';
      if (parsedBytes > maxParsedBytes) return 'unknown';
    }
    const offset = at - windowAt;
    const length = window.readUInt32BE(offset);
    const name = window.subarray(offset + 4, offset + headerBytes);
    if (!name.every(isLetter) || length > 0x7fff_ffff) {
      // Zeros are space set aside for what is still to be written.
      return length === 0 && name.every((byte) => byte === 0) ? 'incomplete' : 'unknown';
    }
    at += headerBytes + length + checksumBytes;
    if (name.equals(imageEnd)) return at <= sizeBytes ? 'complete' : 'incomplete';
  }
  return 'incomplete';
}

const imageEnd = Buffer.from('IEND', 'latin1');
/** A short read: the chunks of most writers are longer than this. */
const chunkWindowBytes = 4096;

function isLetter(byte: number): boolean {
  return (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
}

/** The headers of the oldest variant: the file header and 12 bytes about the bitmap. */
const smallestBitmapBytes = 26;
const fileHeaderBytes = 14;
const infoHeaderBytes = 40;

/**
 * Whether a BMP has all its pixels, whatever follows them. A BMP has no end marker; the end of uncompressed pixels follows
 * from width, height and depth, that of others from the file size that the header names. Where the last bytes are
 * zeros, it is a black edge or space set aside, and nothing is known.
 * Format: Microsoft, BITMAPFILEHEADER (bfSize, bfOffBits) and BITMAPINFOHEADER.
 */
export function* findBitmapEnd(head: Buffer, sizeBytes: number): ReadSteps<Completeness> {
  if (sizeBytes < smallestBitmapBytes || head.length < smallestBitmapBytes) return 'incomplete';
  const namedBytes = head.readUInt32LE(2);
  const end = endOfPixels(head) ?? (namedBytes > smallestBitmapBytes ? namedBytes : undefined);
  if (end === undefined) return 'unknown';
  if (end > sizeBytes) return 'incomplete';
  const edgeBytes = Math.min(64, end - smallestBitmapBytes);
  const edge = yield { position: end - edgeBytes, length: edgeBytes };
  return edge.every((byte) => byte === 0) ? 'unknown' : 'complete';
}

/** Undefined for compressed pixels, for the oldest variant, and for a header that makes no sense. */
function endOfPixels(head: Buffer): number | undefined {
  if (head.length < fileHeaderBytes + infoHeaderBytes) return undefined;
  const pixelsAt = head.readUInt32LE(10);
  const [width, height] = [head.readInt32LE(18), Math.abs(head.readInt32LE(22))];
  const bits = head.readUInt16LE(28);
  const compression = head.readUInt32LE(30);
  const isPlain = compression === 0 || compression === 3;
  const isSensible = head.readUInt32LE(14) >= infoHeaderBytes && width > 0 && height > 0 && bits > 0;
  if (!isPlain || !isSensible || pixelsAt < fileHeaderBytes + infoHeaderBytes) return undefined;
  return pixelsAt + Math.ceil((width * bits) / 32) * 4 * height;
}
