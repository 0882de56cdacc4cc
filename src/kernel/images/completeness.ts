import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { sniffContentType } from './content-type.ts';

/**
 * Whether an image file has been written to its end. `unknown`: its bytes do not show it (not a JPEG, PNG or BMP, or
 * data follows the end marker), so only its age can.
 */
export type Completeness = 'complete' | 'incomplete' | 'unknown';

/** Enough for a JPEG's JFIF segment and the start of its EXIF segment. */
const headBytes = 64;
/** Some writers pad the last disk block with zeros; so much padding after the end marker is accepted. */
const paddingBytes = 4096;
const tailBytes = paddingBytes + 12;
/** The headers of the oldest variant: the file header and 12 bytes about the bitmap. */
const smallestBmpBytes = 26;

/** A pipe or device with an image's name must not block the reader. */
const openFlags = constants.O_RDONLY | constants.O_NONBLOCK;

const jpegEnd = Buffer.from([0xff, 0xd9]);
const pngEnd = Buffer.from([0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82]);

/**
 * Reads only the first and last bytes of the file: one open and at most two short reads, whatever its size. `sizeBytes`,
 * where the caller knows it, saves a system call. Throws the file system's error (gone, no permission).
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

/** The same as `checkCompletenessSync`, asynchronously, for requests. */
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

/** The same for bytes that are already in memory. */
export function judgeBytes(bytes: Buffer): Completeness {
  return judgeCompleteness(bytes.subarray(0, headBytes), bytes.subarray(-tailBytes), bytes.length);
}

/** A small file is read whole, in one read. */
function planReads(sizeBytes: number): { head: Buffer; tail?: Buffer } {
  if (sizeBytes <= tailBytes) return { head: Buffer.allocUnsafe(sizeBytes) };
  return { head: Buffer.allocUnsafe(headBytes), tail: Buffer.allocUnsafe(tailBytes) };
}

function judgeCompleteness(head: Buffer, tail: Buffer, sizeBytes: number): Completeness {
  const end = trimZeros(tail);
  const type = sniffContentType(head);
  if (type === 'image/bmp') return judgeBitmap(head, end, sizeBytes);
  // Empty, or space allocated before the content arrives, as copying over SMB does.
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
 * A BMP has no end marker, but its header states the file size (BITMAPFILEHEADER, bfSize). Some writers leave it 0 or
 * write a wrong size, and a black upper edge ends in zeros as allocated space does; then only the file's age decides.
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
 * A JPEG truncated right after the preview in its EXIF segment ends with a valid end marker. The lengths of the leading
 * segments show that the image itself has not started.
 */
function isInsideSegment(head: Buffer, sizeBytes: number): boolean {
  let offset = 2;
  while (offset + 4 <= head.length && isApplicationSegment(head, offset)) {
    offset += 2 + head.readUInt16BE(offset + 2);
    if (offset >= sizeBytes) return true;
  }
  return false;
}

/** APP0 (JFIF) to APP15: segments before the image that may contain a preview. */
function isApplicationSegment(head: Buffer, offset: number): boolean {
  return head[offset] === 0xff && (head.readUInt8(offset + 1) & 0xf0) === 0xe0;
}

/** The first few bytes of a JPEG or PNG, too few for `sniffContentType`. */
function isStartOfImage(head: Buffer): boolean {
  const jpegStart = Buffer.from([0xff, 0xd8]);
  const pngStart = Buffer.from('\x89PNG\r\n\x1a', 'latin1');
  return head.length < 8 && (startOf(jpegStart, head) || startOf(pngStart, head));
}

function startOf(whole: Buffer, part: Buffer): boolean {
  return part.length <= whole.length && whole.subarray(0, part.length).equals(part);
}
