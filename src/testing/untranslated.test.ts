import { expect, test } from 'vitest';
import { readHtml } from './html.ts';
import { findUntranslated } from './untranslated.ts';

const english = { card: { seen: 'Last seen {{ago}} ago', ok: 'OK', unknown: 'Unknown' } };
const korean = { card: { seen: '마지막 {{ago}} 전', ok: 'OK', unknown: '알 수 없음' } };
const find = findUntranslated(english, korean, ['card.unknown']);

test.each([
  ['<p>Last seen 3 s</p>', ['"Last seen 3 s" (card.seen)']],
  ['<a title="Last seen">S9</a>', ['"Last seen" (card.seen)']],
  ['<p>마지막 3 초 전 OK Unknown</p>', []],
  ['<p>BLast seen</p><code>Last seen</code><p lang="en"><b>Last seen</b></p>', []],
])('%s', (html, faults) => {
  expect(find(readHtml(html).elements)).toEqual(faults);
});
