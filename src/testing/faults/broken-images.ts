import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';

/** A whole JPEG of 640 × 480 with enough detail for some 100 KB. */
export function drawDetailedJpeg(options: { progressive?: boolean } = {}): Promise<Buffer> {
  const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const;
  const create = { width: 640, height: 480, channels: 3, background: '#888', noise } as const;
  return sharp({ create }).jpeg(options).toBuffer();
}

/** The same picture in a file of this size: what it does not show stands in segments that decoders pass over. */
export function padJpeg(jpeg: Buffer, sizeBytes: number): Buffer {
  const segment = Buffer.alloc(65_535, 0x20);
  segment.writeUInt16BE(0xffef, 0);
  segment.writeUInt16BE(segment.length - 2, 2);
  const count = Math.ceil((sizeBytes - jpeg.length) / segment.length);
  return Buffer.concat([
    jpeg.subarray(0, 2),
    ...Array.from({ length: count }, () => segment),
    jpeg.subarray(2),
  ]);
}

/** A JPEG whose header promises 65 500 × 65 500 pixels. */
export function inflateJpegHeader(jpeg: Buffer): Buffer {
  const bomb = Buffer.from(jpeg);
  const frame = bomb.indexOf(Buffer.from([0xff, 0xc0]));
  bomb.writeUInt16BE(65_500, frame + 5);
  bomb.writeUInt16BE(65_500, frame + 7);
  return bomb;
}

/** A PNG of 400 million pixels in some fifty KB. */
export function drawPngBomb(side = 20_000): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.writeUInt8(1, 8);
  const rows = deflateSync(Buffer.alloc(side * (1 + side / 8)), { level: 1 });
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([
    signature,
    pngChunk('IHDR', header),
    pngChunk('IDAT', rows),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** 36 million pixels that have to be unpacked whole before the first row can be drawn. */
export function drawProgressiveBomb(): Promise<Buffer> {
  return sharp({ create: { width: 6_000, height: 6_000, channels: 3, background: '#444' } })
    .jpeg({ progressive: true })
    .toBuffer();
}

/** A JPEG that begins and ends as it should, with a piece missing between. */
export function cutMiddle(jpeg: Buffer): Buffer {
  return Buffer.concat([jpeg.subarray(0, jpeg.length / 3), jpeg.subarray((jpeg.length * 2) / 3)]);
}

function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
