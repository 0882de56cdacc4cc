/** A kind of BMP: its header, depth and storage. */
export type BitmapKind = {
  what: string;
  bits: 1 | 4 | 8 | 16 | 24 | 32;
  /** Bytes of the header behind the file header: 12 (OS/2), 40 or 124; 40 when left out. */
  headerBytes?: 12 | 40 | 124;
  /** Run-length encoded, with runs and literal stretches. */
  runs?: boolean;
  masks?: readonly [number, number, number];
  topDown?: boolean;
  /** Colours in the palette; as many as the depth allows when left out. */
  colours?: number;
};

/** Every kind that browsers draw. */
export const bitmapKinds: readonly BitmapKind[] = [
  { what: '1 bit', bits: 1 },
  { what: '4 bits', bits: 4 },
  { what: '8 bits of colours', bits: 8 },
  { what: '8 bits of 200 colours', bits: 8, colours: 200 },
  { what: '8 bits, rows from the top', bits: 8, topDown: true },
  { what: '8 bits of OS/2', bits: 8, headerBytes: 12 },
  { what: '24 bits of OS/2', bits: 24, headerBytes: 12 },
  { what: '8 bits in runs', bits: 8, runs: true },
  { what: '4 bits in runs', bits: 4, runs: true },
  { what: '16 bits, five a colour', bits: 16 },
  { what: '16 bits, six of green', bits: 16, masks: [0xf800, 0x07e0, 0x001f] },
  { what: '24 bits', bits: 24 },
  { what: '32 bits', bits: 32 },
  { what: '32 bits with usual masks', bits: 32, masks: [0xff0000, 0xff00, 0xff] },
  {
    what: '32 bits with masks the other way round',
    bits: 32,
    masks: [0xff, 0xff00, 0xff0000],
    headerBytes: 124,
  },
];

const fileHeaderBytes = 14;

/** A BMP of the given size, pixels of many values, whose rows need padding. */
export function createBitmap(kind: BitmapKind, width = 101, height = 67): Buffer {
  const { bits, headerBytes = 40, masks, topDown = false } = kind;
  const palette = createPalette(kind);
  const maskBytes = masks && headerBytes === 40 ? 12 : 0;
  const pixelsAt = fileHeaderBytes + headerBytes + maskBytes + palette.length;
  const pixels = kind.runs ? encodeRuns(kind, width, height) : storeRows(kind, width, height);
  const head = Buffer.alloc(pixelsAt);
  head.write('BM', 0, 'latin1');
  head.writeUInt32LE(pixelsAt + pixels.length, 2);
  head.writeUInt32LE(pixelsAt, 10);
  head.writeUInt32LE(headerBytes, 14);
  if (headerBytes === 12) {
    head.writeUInt16LE(width, 18);
    head.writeUInt16LE(height, 20);
    head.writeUInt16LE(1, 22);
    head.writeUInt16LE(bits, 24);
  } else {
    head.writeInt32LE(width, 18);
    head.writeInt32LE(topDown ? -height : height, 22);
    head.writeUInt16LE(1, 26);
    head.writeUInt16LE(bits, 28);
    head.writeUInt32LE(kind.runs ? (bits === 8 ? 1 : 2) : masks ? 3 : 0, 30);
    head.writeUInt32LE(pixels.length, 34);
    head.writeUInt32LE(bits <= 8 ? coloursOf(kind) : 0, 46);
    for (const [i, mask] of (masks ?? []).entries()) head.writeUInt32LE(mask, 54 + i * 4);
  }
  palette.copy(head, pixelsAt - palette.length);
  return Buffer.concat([head, pixels]);
}

function coloursOf({ bits, colours = 2 ** bits }: BitmapKind): number {
  return colours;
}

function createPalette(kind: BitmapKind): Buffer {
  if (kind.bits > 8) return Buffer.alloc(0);
  const entryBytes = kind.headerBytes === 12 ? 3 : 4;
  const palette = Buffer.alloc(coloursOf(kind) * entryBytes);
  for (let entry = 0; entry < coloursOf(kind); entry++)
    palette.set([(entry * 89 + 40) % 256, (entry * 151) % 256, (entry * 37 + 200) % 256], entry * entryBytes);
  return palette;
}

/** Every pixel's entry of the palette: flat areas with a pattern in between, so that runs and literals both occur. */
function entryAt(kind: BitmapKind, x: number, y: number): number {
  const isFlat = Math.floor(x / 20) % 2 === 0;
  return (isFlat ? Math.floor(y / 9) : x * 7 + y * 3) % coloursOf(kind);
}

/** The value stored for a pixel of more than 8 bits. */
function valueAt({ bits }: BitmapKind, x: number, y: number): number {
  if (bits === 16) return (x * 641 + y * 977) % 65_536;
  const [blue, green, red] = [(x * 5) % 256, (y * 7) % 256, (x * 3 + y) % 256];
  return red * 65_536 + green * 256 + blue;
}

function storeRows(kind: BitmapKind, width: number, height: number): Buffer {
  const { bits, topDown = false } = kind;
  const stride = Math.ceil((width * bits) / 32) * 4;
  const rows = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y++) {
    const row = (topDown ? y : height - 1 - y) * stride;
    for (let x = 0; x < width; x++) {
      if (bits > 8) rows.writeUIntLE(valueAt(kind, x, y), row + (x * bits) / 8, bits / 8);
      else {
        const at = row + Math.floor((x * bits) / 8);
        rows[at] = rows[at]! | (entryAt(kind, x, y) << (8 - bits * ((x % (8 / bits)) + 1)));
      }
    }
  }
  return rows;
}

const runPixels = 20;

/** Rows from the bottom, in stretches: a run where all are equal, literal pixels elsewhere. */
function encodeRuns(kind: BitmapKind, width: number, height: number): Buffer {
  const bytes: number[] = [];
  for (let y = height - 1; y >= 0; y--) {
    for (let x = 0; x < width; x += runPixels) {
      const entries = Array.from({ length: Math.min(runPixels, width - x) }, (_, i) =>
        entryAt(kind, x + i, y),
      );
      if (new Set(entries).size === 1) {
        const entry = entries[0]!;
        bytes.push(entries.length, kind.bits === 8 ? entry : entry * 17);
      } else if (entries.length < 3) {
        for (const entry of entries) bytes.push(1, kind.bits === 8 ? entry : entry * 16);
      } else {
        bytes.push(0, entries.length, ...packed(entries, kind.bits));
      }
    }
    bytes.push(0, 0);
  }
  return Buffer.from([...bytes, 0, 1]);
}

function packed(entries: readonly number[], bits: number): number[] {
  const bytes =
    bits === 8
      ? [...entries]
      : Array.from(
          { length: Math.ceil(entries.length / 2) },
          (_, i) => entries[i * 2]! * 16 + (entries[i * 2 + 1] ?? 0),
        );
  return bytes.length % 2 === 0 ? bytes : [...bytes, 0];
}
