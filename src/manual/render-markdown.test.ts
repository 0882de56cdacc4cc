import { expect, test } from 'vitest';
import { renderMarkdown } from './render-markdown.ts';

const page = (body: string) => renderMarkdown(`# Title\n\nIntroduction.\n\n${body}`);
const section = (body: string) => page(`<!-- #part -->\n## Part\n\n${body}`).sections[1]!;

test('a page has a title, an introduction, and sections by the anchors that mark them', () => {
  const { title, sections } = page(
    '<!-- #one -->\n## First & *best*\n\nText.\n\n<!-- #two -->\n## Second\n\nMore.',
  );
  expect(title).toBe('Title');
  expect(sections.map(({ anchor, title, text }) => [anchor, title, text])).toEqual([
    ['', '', 'Introduction.'],
    ['one', 'First & best', 'Text.'],
    ['two', 'Second', 'More.'],
  ]);
});

test('links between files lead to pages of the manual', () => {
  const { html } = section('[a](station.md) [b](station.md#count) [c](../en/api.md#docs) [d](#part)');
  expect([...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href)).toEqual([
    '/manual/station',
    '/manual/station#count',
    '/manual/api#docs',
    '#part',
  ]);
});

test('a table names its columns again in every cell, for narrow screens', () => {
  const { html, text } = section('| Setting | Default |\n|---|---:|\n| `A` | 1 < 2 |');
  expect(html).toContain(
    '<th scope="row"><code>A</code></th><td class="num" data-label="Default">1 &lt; 2</td>',
  );
  expect(text).toBe('Setting Default A 1 < 2');
});

test('no line ends within a number, and a search finds it by plain spaces', () => {
  const { html, text } = section('At most 20 000 in 14 days, 95 %.');
  expect(html).toContain('At most 20\u00a0000 in 14 days, 95\u00a0%.');
  expect(text).toBe('At most 20 000 in 14 days, 95 %.');
});

test('marks of generated parts are not printed', () => {
  expect(section('<!-- settings -->\n| a |\n|---|\n| b |\n<!-- /settings -->').html).not.toContain('<!--');
});

test.each([
  ['<script>alert(1)</script>', 'HTML in the manual'],
  ['text <b onclick="x()">bold</b>', 'HTML in the manual'],
  ['<!-- a --> <img src="x">', 'HTML in the manual'],
  ['[out](https://example.org/)', 'leads out of the manual'],
  ['[run](javascript:alert(1))', 'leads out of the manual'],
  ['## Heading without a mark', 'No <!-- #anchor --> before'],
])('%s is refused', (body, fault) => {
  expect(() => section(body)).toThrow(fault);
});

test('a page without a title is refused', () => {
  expect(() => renderMarkdown('Text.')).toThrow('no "# Title"');
});
