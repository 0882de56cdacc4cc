import sharp from 'sharp';
import { expect, test } from 'vitest';
import { findAcceptedType, sniffContentType } from './content-type.ts';

const pixel = () => sharp({ create: { width: 2, height: 2, channels: 3, background: '#0a0' } });

test('an image is recognised by its bytes, whatever its name', async () => {
  expect(sniffContentType(await pixel().jpeg().toBuffer())).toBe('image/jpeg');
  expect(sniffContentType(await pixel().png().toBuffer())).toBe('image/png');
  expect(sniffContentType(await pixel().webp().toBuffer())).toBe('image/webp');
  expect(sniffContentType(await pixel().gif().toBuffer())).toBe('image/gif');
  expect(sniffContentType(bitmapHeader())).toBe('image/bmp');
});

test('text, markup, a program and an empty file are no images', () => {
  for (const text of [
    '',
    'BMW service report 2025',
    '<svg xmlns="x"/>',
    '<html><script>',
    '\x7fELF\x02\x01',
    'GIF',
    'RIFFxxxxWAVE',
  ])
    expect(sniffContentType(Buffer.from(text)), text).toBeUndefined();
});

test('WebP and GIF are recognised but not taken as inspection images', async () => {
  expect(findAcceptedType(await pixel().webp().toBuffer())).toBeUndefined();
  expect(findAcceptedType(await pixel().gif().toBuffer())).toBeUndefined();
  expect(findAcceptedType(await pixel().jpeg().toBuffer())).toBe('image/jpeg');
});

function bitmapHeader(): Buffer {
  const header = Buffer.alloc(54);
  header.write('BM', 'latin1');
  header.writeUInt32LE(54 + 16, 2);
  header.writeUInt32LE(54, 10);
  return header;
}
