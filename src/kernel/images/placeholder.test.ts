import { expect, test } from 'vitest';
import { drawPlaceholder } from './placeholder.ts';

test('the words stand in lines that fit, Korean ones too', () => {
  const linesOf = (text: string) =>
    [...drawPlaceholder({ text, width: 192, height: 192 }).matchAll(/<text [^>]*>([^<]*)</g)].map(
      (match) => match[1],
    );
  expect(linesOf('File is damaged or cannot be read')).toEqual(['File is damaged or', 'cannot be read']);
  expect(linesOf('파일이 손상되었거나 읽을 수 없습니다')).toEqual([
    '파일이 손상되었거나',
    '읽을 수 없습니다',
  ]);
});

test('whatever the text, it is text', () => {
  const svg = drawPlaceholder({ text: '<script>&"', width: 640, height: 480 });
  expect(svg).toContain('&#60;script&#62;&#38;&#34;');
  expect(svg).not.toMatch(/script>|style=|href/);
});
