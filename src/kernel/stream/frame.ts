import { constants, crc32, deflateRawSync } from 'node:zlib';

/** One server-sent message, encoded once for all viewers and compressed at most once. */
export type Frame = { readonly plain: Buffer; readonly deflated: () => Buffer };

/**
 * Encodes a server-sent message in the WHATWG event stream format. Without data and event it only sets the viewer's
 * Last-Event-ID. Line breaks in the data (CR, LF or both) become lines of the message and arrive as LF.
 */
export function encodeMessage(message: { id?: string; event?: string; data?: string }): string {
  let text = '';
  if (message.event !== undefined) text += `event: ${message.event}\n`;
  if (message.id !== undefined) text += `id: ${message.id}\n`;
  if (message.data !== undefined) {
    for (const line of message.data.split(/\r\n|\r|\n/)) text += `data: ${line}\n`;
  }
  return `${text}\n`;
}

/** Encodes a message for any number of viewers. */
export function createFrame(message: { id?: string; event?: string; data?: string }): Frame {
  const plain = Buffer.from(encodeMessage(message));
  let deflated: Buffer | undefined;
  return {
    plain,
    deflated: () => {
      // Ends on a byte boundary and refers to nothing before it, so it fits anywhere into any viewer's gzip stream.
      deflated ??= deflateRawSync(plain, { finishFlush: constants.Z_SYNC_FLUSH });
      return deflated;
    },
  };
}

const gzipHeader = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
const finalEmptyBlock = [0x03, 0x00];

/** One viewer's gzip stream (RFC 1952) assembled from shared frames: it costs two numbers instead of a compressor. */
export function createGzipAssembler(): {
  readonly header: Buffer;
  add(frame: Frame): Buffer;
  trailer(): Buffer;
} {
  let checksum = 0;
  let size = 0;
  return {
    header: gzipHeader,
    add: (frame) => {
      checksum = crc32(frame.plain, checksum);
      size = (size + frame.plain.length) >>> 0;
      return frame.deflated();
    },
    trailer: () => {
      const trailer = Buffer.alloc(10);
      trailer.set(finalEmptyBlock);
      trailer.writeUInt32LE(checksum, 2);
      trailer.writeUInt32LE(size, 6);
      return trailer;
    },
  };
}
