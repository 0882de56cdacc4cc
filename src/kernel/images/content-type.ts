/** The type of a file by its first bytes. Names and endings come from outside and are not trusted. */
export type SniffedType = 'image/jpeg' | 'image/png' | 'image/bmp' | 'image/gif' | 'image/webp';

/** How many leading bytes `sniffContentType` needs. */
export const sniffBytes = 16;

const acceptedTypes = ['image/jpeg', 'image/png', 'image/bmp'] as const satisfies SniffedType[];

/** The image types that are displayed, and served under their own type. */
export type AcceptedType = (typeof acceptedTypes)[number];

/** The image type according to a file's leading bytes (`sniffBytes` of them suffice), or undefined. */
export function sniffContentType(head: Uint8Array): SniffedType | undefined {
  if (startsWith(head, [0xff, 0xd8, 0xff])) return 'image/jpeg';
  if (startsWith(head, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'image/png';
  if (startsWith(head, ascii('GIF8'))) return 'image/gif';
  if (startsWith(head, ascii('RIFF')) && startsWith(head.subarray(8), ascii('WEBP'))) return 'image/webp';
  // "BM" alone would match many texts, so the reserved words of the header, always zero, are checked too.
  if (startsWith(head, ascii('BM')) && startsWith(head.subarray(6), [0, 0, 0, 0])) return 'image/bmp';
  return undefined;
}

/** The type if the product displays it (JPEG, PNG, BMP), else undefined. */
export function findAcceptedType(head: Uint8Array): AcceptedType | undefined {
  const sniffed = sniffContentType(head);
  return acceptedTypes.find((type) => type === sniffed);
}

function startsWith(bytes: Uint8Array, prefix: number[]): boolean {
  return bytes.length >= prefix.length && prefix.every((byte, index) => bytes[index] === byte);
}

function ascii(text: string): number[] {
  return [...text].map((character) => character.charCodeAt(0));
}
