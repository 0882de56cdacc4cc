import { crc32, deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';

/*
 * Images as odd cameras and programs write them. What a browser does with each is checked by images/odd-images.e2e.test.ts.
 */

/** `drawn`: whether we draw it. `shown`: whether a browser shows it, where that differs. */
export type OddImage = { what: string; bytes: Buffer; drawn: boolean; shown?: boolean };

const size = { width: 60, height: 40 };
const grain = Uint8Array.from(
  { length: size.width * size.height * 3 },
  (_, i) => 90 + ((Math.imul(i ^ (i >>> 7), 0x9fcb58f5) >>> 24) % 60),
);
const picture = (): Sharp => sharp(grain, { raw: { ...size, channels: 3 } });

const jpeg = await picture().jpeg().toBuffer();
const progressive = await picture().jpeg({ progressive: true }).toBuffer();
const plain = await picture().jpeg({ optimiseCoding: false }).toBuffer();
const png = await picture().png().toBuffer();
const scanAt = jpeg.indexOf(Buffer.from([0xff, 0xda]));
const frameAt = jpeg.indexOf(Buffer.from([0xff, 0xc0]));

const insert = (bytes: Buffer, at: number, ...parts: Buffer[]) =>
  Buffer.concat([bytes.subarray(0, at), ...parts, bytes.subarray(at)]);

function change(bytes: Buffer, edit: (copy: Buffer) => void): Buffer {
  const copy = Buffer.from(bytes);
  edit(copy);
  return copy;
}

function segment(code: number, data: Buffer): Buffer {
  const header = Buffer.from([0xff, code, 0, 0]);
  header.writeUInt16BE(2 + data.length, 2);
  return Buffer.concat([header, data]);
}

const adobe = (transform: number) =>
  segment(0xee, Buffer.concat([Buffer.from('Adobe'), Buffer.from([0, 100, 0, 0, 0, 0, transform])]));

function withoutTables(bytes: Buffer): Buffer {
  const parts = [bytes.subarray(0, 2)];
  let at = 2;
  for (; bytes[at + 1] !== 0xda; at += 2 + bytes.readUInt16BE(at + 2)) {
    if (bytes[at + 1] !== 0xc4) parts.push(bytes.subarray(at, at + 2 + bytes.readUInt16BE(at + 2)));
  }
  return Buffer.concat([...parts, bytes.subarray(at)]);
}

function chunk(type: string, data: Buffer): Buffer {
  const bytes = Buffer.alloc(12 + data.length);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(type, 4, 'latin1');
  data.copy(bytes, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length);
  return bytes;
}

/** A chunk whose checksum is wrong. */
const badChunk = (type: string, data: Buffer) =>
  change(chunk(type, data), (bytes) => bytes.writeUInt8((bytes.at(-1) ?? 0) ^ 1, bytes.length - 1));

const afterHeader = 33;
const endChunkBytes = 12;
const gamma = Buffer.from([0, 0, 177, 143]);
const dataAt = png.indexOf('IDAT') + 4;
const cut = (bytes: Buffer) => bytes.subarray(0, Math.floor(bytes.length * 0.6));
const endOfImage = Buffer.from([0xff, 0xd9]);

const jpegs: OddImage[] = [
  { what: 'stray bytes before a marker', bytes: insert(jpeg, scanAt, Buffer.from('vendor')), drawn: true },
  {
    what: 'a restart marker out of place',
    bytes: insert(jpeg, scanAt + 200, Buffer.from([0xff, 0xd3])),
    drawn: true,
  },
  { what: 'progressive', bytes: progressive, drawn: true },
  {
    what: 'a scan header with the fields of a progressive one',
    bytes: change(jpeg, (bytes) => bytes.writeUInt8(1, scanAt + 2 + bytes.readUInt16BE(scanAt + 2) - 1)),
    drawn: true,
  },
  ...[0, 1, 2, 9].map((transform) => ({
    what: `an Adobe mark of transform ${transform}`,
    bytes: insert(jpeg, 2, adobe(transform)),
    drawn: true,
  })),
  {
    what: 'other chroma sampling than its data has',
    bytes: change(jpeg, (bytes) => bytes.writeUInt8(0x13, frameAt + 11)),
    drawn: true,
  },
  { what: 'CMYK', bytes: await picture().toColourspace('cmyk').jpeg().toBuffer(), drawn: true },
  {
    what: 'an extended frame of 8 bits',
    bytes: change(jpeg, (bytes) => bytes.writeUInt8(0xc1, frameAt + 1)),
    drawn: true,
  },
  { what: 'no Huffman tables, as frames of MJPEG', bytes: withoutTables(plain), drawn: true },
  {
    what: 'fewer rows than its header says',
    bytes: change(jpeg, (bytes) => bytes.writeUInt16BE(2 * size.height, frameAt + 5)),
    drawn: true,
  },
  {
    what: 'EXIF of no sense',
    bytes: insert(jpeg, 2, segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), Buffer.alloc(50, 0xee)]))),
    drawn: true,
  },
  {
    what: 'EXIF that refers to itself',
    bytes: insert(
      jpeg,
      2,
      segment(
        0xe1,
        Buffer.concat([Buffer.from('Exif\0\0MM\0*\0\0\0\x08', 'latin1'), Buffer.alloc(50, 0xff)]),
      ),
    ),
    drawn: true,
  },
  {
    what: 'a colour profile of no sense',
    bytes: insert(
      jpeg,
      2,
      segment(0xe2, Buffer.concat([Buffer.from('ICC_PROFILE\0\x01\x01', 'latin1'), Buffer.alloc(300, 0x55)])),
    ),
    drawn: true,
  },
  {
    what: 'a segment of a length below its own',
    bytes: insert(jpeg, 2, Buffer.from([0xff, 0xe5, 0, 1])),
    drawn: true,
  },
  {
    what: 'damaged data',
    bytes: change(jpeg, (bytes) => {
      for (let at = scanAt + 100; at < bytes.length - 50; at += 37)
        bytes.writeUInt8(bytes.readUInt8(at) ^ 0xff, at);
    }),
    drawn: true,
  },
  {
    what: 'its end marker before the end of its data',
    bytes: Buffer.concat([cut(jpeg), endOfImage]),
    drawn: true,
  },
  { what: 'a second image behind it', bytes: Buffer.concat([jpeg, jpeg]), drawn: true },
  { what: 'bytes of a vendor behind it', bytes: Buffer.concat([jpeg, Buffer.alloc(20_000, 9)]), drawn: true },
  { what: 'its end missing', bytes: cut(jpeg), drawn: false, shown: true },
  { what: 'its end missing, progressive', bytes: cut(progressive), drawn: false, shown: true },
  {
    what: 'zeros instead of its end',
    bytes: Buffer.concat([cut(jpeg), Buffer.alloc(5_000)]),
    drawn: false,
    shown: true,
  },
  {
    what: '12 bits a channel',
    bytes: change(jpeg, (bytes) => {
      bytes.writeUInt8(0xc1, frameAt + 1);
      bytes.writeUInt8(12, frameAt + 4);
    }),
    drawn: false,
  },
  { what: 'lossless', bytes: change(jpeg, (bytes) => bytes.writeUInt8(0xc3, frameAt + 1)), drawn: false },
  { what: 'no height', bytes: change(jpeg, (bytes) => bytes.writeUInt16BE(0, frameAt + 5)), drawn: false },
];

const pngs: OddImage[] = [
  { what: 'interlaced', bytes: await picture().png({ progressive: true }).toBuffer(), drawn: true },
  { what: '16 bits a channel', bytes: await picture().toColourspace('rgb16').png().toBuffer(), drawn: true },
  { what: 'a palette', bytes: await picture().png({ palette: true }).toBuffer(), drawn: true },
  { what: 'transparency', bytes: await picture().ensureAlpha(0.5).png().toBuffer(), drawn: true },
  {
    what: 'a wrong checksum of a text',
    bytes: insert(png, afterHeader, badChunk('tEXt', Buffer.from('a\0b'))),
    drawn: true,
  },
  {
    what: 'a wrong checksum of its gamma',
    bytes: insert(png, afterHeader, badChunk('gAMA', gamma)),
    drawn: true,
  },
  {
    what: 'its gamma behind its data',
    bytes: insert(png, png.length - endChunkBytes, chunk('gAMA', gamma)),
    drawn: true,
  },
  {
    what: 'a colour profile of no sense',
    bytes: insert(
      png,
      afterHeader,
      chunk('iCCP', Buffer.concat([Buffer.from('x\0\0'), deflateSync(Buffer.alloc(300, 5))])),
    ),
    drawn: true,
  },
  {
    what: 'EXIF of no sense',
    bytes: insert(png, afterHeader, chunk('eXIf', Buffer.alloc(40, 0xee))),
    drawn: true,
  },
  { what: 'bytes of a vendor behind it', bytes: Buffer.concat([png, Buffer.alloc(20_000, 9)]), drawn: true },
  { what: 'its end missing', bytes: cut(png), drawn: false, shown: true },
  {
    what: 'damaged data',
    bytes: change(png, (bytes) => bytes.writeUInt8(bytes.readUInt8(dataAt + 500) ^ 0xff, dataAt + 500)),
    drawn: false,
    shown: true,
  },
  { what: 'a damaged header', bytes: change(png, (bytes) => bytes.writeUInt8(0, 24)), drawn: false },
];

export const oddImages: readonly OddImage[] = [
  ...jpegs.map((image) => ({ ...image, what: `a JPEG with ${image.what}` })),
  ...pngs.map((image) => ({ ...image, what: `a PNG with ${image.what}` })),
];
