import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { sniffContentType } from './content-type.ts';
import { type Completeness, findBitmapEnd, findJpegEnd, findPngEnd, type ReadSteps } from './image-end.ts';

/** Enough for a JPEG's JFIF segment and the start of its EXIF segment, and for a BMP's header. */
const headBytes = 64;
/** Some writers pad the last disk block with zeros, so the end marker is sought before so much padding. */
const paddingBytes = 4096;
const tailBytes = paddingBytes + 12;

/** A pipe or device with an image's name must not block the reader. */
const openFlags = constants.O_RDONLY | constants.O_NONBLOCK;

const jpegEnd = Buffer.from([0xff, 0xd9]);
const pngEnd = Buffer.from([0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82]);

/**
 * Judges the file by its first and last bytes: one open and at most two short reads for a file that ends in its end
 * marker, whatever its size. Any other file is parsed from its start (see image-end.ts). `sizeBytes`, where the caller
 * knows it, saves a system call. Throws the file system's error (gone, no permission).
 */
export function checkCompletenessSync(path: string, options: { sizeBytes?: number } = {}): Completeness {
  const descriptor = openSync(path, openFlags);
  try {
    const steps = judge(options.sizeBytes ?? fstatSync(descriptor).size);
    let step = steps.next();
    while (!step.done) {
      const { position, length } = step.value;
      const buffer = Buffer.allocUnsafe(length);
      step = steps.next(buffer.subarray(0, readSync(descriptor, buffer, 0, length, position)));
    }
    return step.value;
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
    const steps = judge(options.sizeBytes ?? (await file.stat()).size);
    let step = steps.next();
    while (!step.done) {
      const { position, length } = step.value;
      const buffer = Buffer.allocUnsafe(length);
      const { bytesRead } = await file.read(buffer, 0, length, position);
      step = steps.next(buffer.subarray(0, bytesRead));
    }
    return step.value;
  } finally {
    await file.close();
  }
}

/** The same for bytes that are already in memory. */
export function judgeBytes(bytes: Buffer): Completeness {
  const steps = judge(bytes.length);
  let step = steps.next();
  while (!step.done) {
    const { position, length } = step.value;
    step = steps.next(bytes.subarray(position, position + length));
  }
  return step.value;
}

/** A small file is read whole, in one read. */
function* judge(sizeBytes: number): ReadSteps<Completeness> {
  if (sizeBytes === 0) return 'incomplete';
  const isSmall = sizeBytes <= tailBytes;
  const head = yield { position: 0, length: isSmall ? sizeBytes : headBytes };
  const type = sniffContentType(head);
  if (type === 'image/bmp') return yield* findBitmapEnd(head, sizeBytes);
  const tail = isSmall ? head : yield { position: sizeBytes - tailBytes, length: tailBytes };
  if (type === 'image/jpeg') {
    const isEnded = endsIn(tail, jpegEnd) && !(yield* isBeforeImage(head, sizeBytes));
    return isEnded ? 'complete' : yield* findJpegEnd(sizeBytes);
  }
  if (type === 'image/png') return endsIn(tail, pngEnd) ? 'complete' : yield* findPngEnd(sizeBytes);
  // Space set aside before the content arrives, as copying over SMB does.
  if (head.every((byte) => byte === 0)) return 'incomplete';
  return isStartOfImage(head) ? 'incomplete' : 'unknown';
}

function endsIn(tail: Buffer, marker: Buffer): boolean {
  let length = tail.length;
  while (length > 0 && tail[length - 1] === 0) length -= 1;
  return tail.subarray(0, length).subarray(-marker.length).equals(marker);
}

/**
 * Whether a JPEG ends within, or right after, the application segments before its image: cut off behind the preview in
 * one of them, it ends with a valid end marker. Usually the segments end within the head, and nothing is read.
 */
function* isBeforeImage(head: Buffer, sizeBytes: number): ReadSteps<boolean> {
  let start = head;
  let startsAt = 0;
  let offset = 2;
  for (;;) {
    if (offset + 4 > sizeBytes) return true;
    if (offset + 4 > startsAt + start.length) {
      start = yield { position: offset, length: headBytes };
      startsAt = offset;
      // The file has become shorter meanwhile.
      if (start.length < 4) return true;
    }
    const at = offset - startsAt;
    if (!isApplicationSegment(start, at)) return false;
    offset += 2 + Math.max(start.readUInt16BE(at + 2), 2);
  }
}

/** APP0 (JFIF) to APP15: segments before the image that may contain a preview. */
function isApplicationSegment(bytes: Buffer, offset: number): boolean {
  return bytes[offset] === 0xff && (bytes.readUInt8(offset + 1) & 0xf0) === 0xe0;
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
