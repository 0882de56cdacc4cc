import { expect, test } from 'vitest';
import { elementsOf, readHtml, textOf } from './html.ts';

const page = (body: string) =>
  `<!doctype html>\n<html lang="en"><head><title>x</title></head><body>${body}</body></html>`;

test.each([
  '<p>one</p><p>two</p>',
  '<table><tr><td>1</td></tr></table>',
  '<svg viewBox="0 0 1 1"><use href="#a"/></svg><img src="a" alt="">',
  '<form><select name="a"><option selected>b</option></select></form>',
])('%s is right', (body) => {
  expect(readHtml(page(body)).faults).toEqual([]);
  expect(readHtml(body).faults).toEqual([]);
});

test.each([
  ['<div><span></div>', 'not closed'],
  ['<div>', 'not closed'],
  ['<p>text<div></div></p>', 'does not stand where it was written'],
  ['<div></div></div>', 'no opening tag'],
  ['<p></p></p>', 'no opening tag'],
  ['<b><i></b></i>', 'no opening tag'],
  ['<table><div></div></table>', 'does not stand where it was written'],
  ['<div/>', 'solidus'],
  ['<a href="a" href="b"></a>', 'duplicate-attribute'],
  ['<a href="a"title="b"></a>', 'missing-whitespace'],
  ['<p>a &unknown; b & c &amp;</p>', 'unknown-named-character-reference'],
  ['<p>a < b</p>', 'invalid-first-character-of-tag-name'],
  ['<p id="a"></p><p id="a"></p>', 'more than once'],
  ['<p id="a b"></p>', 'white space'],
])('%s is reported', (body, fault) => {
  expect(readHtml(page(body)).faults.join()).toContain(fault);
});

test('text is what a reader sees of it', () => {
  const [list] = elementsOf({
    childNodes: readHtml('<ul> <li>a&amp;</li>\n<li>b</li></ul>').elements,
  } as never);
  expect(list && textOf(list)).toBe('a& b');
});
