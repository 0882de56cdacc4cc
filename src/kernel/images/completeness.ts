import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { sniffContentType } from './content-type.ts';

/**
 * Whether an image file has been written to its end: `unknown` when its bytes cannot tell (none of JPEG, PNG and BMP, or
 * something follows the end marker), so that only time can.
 */
export type Completeness = 'complete' | 'incomplete' | 'unknown';

/** Enough for a JPEG's JFIF and the start of its EXIF segment. */
const headBytes = 64;
/** Some writers fill the last disk block with zeros: so much padding after the end marker is forgiven. */
const paddingBytes = 4096;
const tailBytes = paddingBytes + 12;
/** The headers of the oldest kind: file header and 12 bytes about the bitmap. */
const smallestBmpBytes = 26;

/** A pipe or device under an image's name must not hold the reader up. */
const openFlags = constants.O_RDONLY | constants.O_NONBLOCK;

const jpegEnd = Buffer.from([0xff, 0xd9]);
const pngEnd = Buffer.from([0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82]);

/**
 * Looks at the first and last bytes of the file alone: one open, at most two short reads, whatever its size.
 * `sizeBytes`, when the caller has just asked for it, saves a call. Throws the file system's error (gone, no permission).
 */
export function checkCompletenessSync(path: string, options: { sizeBytes?: number } = {}): Completeness {
  const descriptor = openSync(path, openFlags);
  try {
    const sizeBytes = options.sizeBytes ?? fstatSync(descriptor).size;
    const plan = planReads(sizeBytes);
    const head = plan.head.subarray(0, readSync(descriptor, plan.head, 0, plan.head.length, 0));
    if (plan.tail === undefined) return judgeCompleteness(head, head, sizeBytes);
    const count = readSync(descriptor, plan.tail, 0, plan.tail.length, sizeBytes - plan.tail.length);
    return judgeCompleteness(head, plan.tail.subarray(0, count), sizeBytes);
  } finally {
    closeSync(descriptor);
  }
}

/** The same as `checkCompletenessSync` without holding up the thread: for requests. */
export async function checkCompleteness(
  path: string,
  options: { sizeBytes?: number } = {},
): Promise<Completeness> {
  const file = await open(path, openFlags);
  try {
    const sizeBytes = options.sizeBytes ?? (await file.stat()).size;
    const plan = planReads(sizeBytes);
    const { bytesRead } = await file.read(plan.head, 0, plan.head.length, 0);
    const head = plan.head.subarray(0, bytesRead);
    if (plan.tail === undefined) return judgeCompleteness(head, head, sizeBytes);
    const last = await file.read(plan.tail, 0, plan.tail.length, sizeBytes - plan.tail.length);
    return judgeCompleteness(head, plan.tail.subarray(0, last.bytesRead), sizeBytes);
  } finally {
    await file.close();
  }
}

/** The same judgement over bytes already in memory. */
export function judgeBytes(bytes: Buffer): Completeness {
  return judgeCompleteness(bytes.subarray(0, headBytes), bytes.subarray(-tailBytes), bytes.length);
}

/** A small file is read whole, at once. */
function planReads(sizeBytes: number): { head: Buffer; tail?: Buffer } {
  if (sizeBytes <= tailBytes) return { head: Buffer.allocUnsafe(sizeBytes) };
  return { head: Buffer.allocUnsafe(headBytes), tail: Buffer.allocUnsafe(tailBytes) };
}

function judgeCompleteness(head: Buffer, tail: Buffer, sizeBytes: number): Completeness {
  const end = trimZeros(tail);
  const type = sniffContentType(head);
  if (type === 'image/bmp') return judgeBitmap(head, end, sizeBytes);
  // Nothing yet, or space set aside before the bytes arrive (a copy over SMB does that).
  if (end.length === 0 || trimZeros(head).length === 0) return 'incomplete';
  if (type === 'image/jpeg')
    return isInsideSegment(head, sizeBytes) ? 'incomplete' : judgeEnd(end, tail, jpegEnd);
  if (type === 'image/png') return judgeEnd(end, tail, pngEnd);
  return isStartOfImage(head) ? 'incomplete' : 'unknown';
}

function judgeEnd(end: Buffer, tail: Buffer, marker: Buffer): Completeness {
  if (end.subarray(-marker.length).equals(marker)) return 'complete';
  return tail.includes(marker) ? 'unknown' : 'incomplete';
}

/**
 * A BMP has no end marker, but its header names the size of the whole file (BITMAPFILEHEADER, bfSize). Some writers
 * leave that 0 or write nonsense, and a black upper edge ends in zeros just as space set aside does: then only time
 * can tell.
 */
function judgeBitmap(head: Buffer, end: Buffer, sizeBytes: number): Completeness {
  const named = head.readUInt32LE(2);
  if (named > sizeBytes) return 'incomplete';
  const isWhole = named > smallestBmpBytes && sizeBytes - named <= paddingBytes && end.length > 0;
  return isWhole ? 'complete' : 'unknown';
}

function trimZeros(bytes: Buffer): Buffer {
  let length = bytes.length;
  while (length > 0 && bytes[length - 1] === 0) length -= 1;
  return bytes.subarray(0, length);
}

/**
 * A JPEG cut off at the end of the preview inside its EXIF segment ends with a perfect end marker: the lengths of the
 * leading segments tell that the image itself has not begun.
 */
function isInsideSegment(head: Buffer, sizeBytes: number): boolean {
  let offset = 2;
  while (offset + 4 <= head.length && isApplicationSegment(head, offset)) {
    offset += 2 + head.readUInt16BE(offset + 2);
    if (offset >= sizeBytes) return true;
  }
  return false;
}

/** APP0 (JFIF) to APP15: what may stand before the image and carry a picture of its own. */
function isApplicationSegment(head: Buffer, offset: number): boolean {
  return head[offset] === 0xff && (head.readUInt8(offset + 1) & 0xf0) === 0xe0;
}

/** The first few bytes of a JPEG or PNG, too few to be told. */
function isStartOfImage(head: Buffer): boolean {
  const jpegStart = Buffer.from([0xff, 0xd8]);
  const pngStart = Buffer.from('\x89PNG\r\n\x1a', 'latin1');
  return head.length < 8 && (startOf(jpegStart, head) || startOf(pngStart, head));
}

function startOf(whole: Buffer, part: Buffer): boolean {
  return part.length <= whole.length && whole.subarray(0, part.length).equals(part);
}
