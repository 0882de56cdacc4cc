import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { createFrame, createGzipAssembler, encodeMessage } from './frame.ts';

test('a message of several lines, whatever ends them, arrives whole', () => {
  expect(encodeMessage({ id: 'a-7', data: 'one\ntwo\r\nthree\rfour' })).toBe(
    'id: a-7\ndata: one\ndata: two\ndata: three\ndata: four\n\n',
  );
});

test('a name with line breaks cannot forge an event', () => {
  const lines = encodeMessage({ data: 'NG\n\nevent: reload\ndata: x' }).split('\n');
  expect(lines.filter((line) => line.startsWith('event:'))).toEqual([]);
});

test('frames shared by all viewers make a correct gzip stream for each, from whichever frame it began', () => {
  const frames = Array.from({ length: 20 }, (_, index) =>
    createFrame({ event: 'ping', data: `${index} 안녕 `.repeat(index * 40) }),
  );
  for (const from of [0, 7, 19]) {
    const gzip = createGzipAssembler();
    const shown = frames.slice(from);
    const bytes = Buffer.concat([gzip.header, ...shown.map((frame) => gzip.add(frame)), gzip.trailer()]);
    expect(gunzipSync(bytes).toString()).toBe(shown.map((frame) => frame.plain.toString()).join(''));
  }
});
