import { expect, test } from 'vitest';
import { changesBetween, domId, type Fragment, hxPartial } from './fragment.ts';

function cards(values: Record<string, string>, heading = '2 stations'): Fragment {
  const parts = Object.entries(values).map(([id, text]) => ({ id, html: `<div id="${id}">${text}</div>` }));
  return {
    containerId: 'cards',
    parts,
    html: `<h2>${heading}</h2>${parts.map((part) => part.html).join('\n')}`,
  };
}

test('only the card that changed is sent', () => {
  expect(changesBetween(cards({ s4: '97 %', s9: '95 %' }), cards({ s4: '97 %', s9: '94 %' }))).toBe(
    '<hx-partial hx-target="#s9" hx-swap="outerMorph"><div id="s9">94 %</div></hx-partial>',
  );
});

test('nothing is sent when nothing changed', () => {
  expect(changesBetween(cards({ s4: '97 %' }), cards({ s4: '97 %' }))).toBe('');
});

test('the whole is sent when a card came, went or moved, or something between the cards changed', () => {
  const before = cards({ s4: 'a', s9: 'b' });
  const changed = [
    cards({ s4: 'a' }),
    cards({ s4: 'a', s9: 'b', s7: 'c' }),
    cards({ s9: 'b', s4: 'a' }),
    cards({ s4: 'a', s9: 'b' }, '3 stations'),
    cards({ s4: 'x', s9: 'b' }, '3 stations'),
  ];
  for (const after of changed) {
    expect(changesBetween(before, after)).toBe(hxPartial('cards', 'innerMorph', after.html));
  }
});

function list(values: Record<string, string>, heading = '2 stations'): Fragment {
  const items = Object.entries(values).map(([id, text]) => ({
    id: `figures-${id}`,
    html: `<b id="figures-${id}">${text}</b>`,
  }));
  const itemIds = Object.keys(values).map((id) => `card-${id}`);
  const order = { id: 'order', html: `<p id="order" data-order="${itemIds.join(' ')}"></p>` };
  const cards = items.map(({ html }, i) => `<div id="${itemIds[i]}">${html}</div>\n`);
  return {
    containerId: 'cards',
    parts: [...items, order],
    html: `<h2>${heading}</h2><div>${cards.join('')}${order.html}</div>`,
    list: { itemIds, orderId: 'order' },
  };
}

test('when cards only change order, the new order is sent with the changed cards', () => {
  expect(changesBetween(list({ s4: '97 %', s9: '95 %' }), list({ s9: '95 %', s4: '94 %' }))).toBe(
    '<hx-partial hx-target="#figures-s4" hx-swap="outerMorph"><b id="figures-s4">94 %</b></hx-partial>\n' +
      '<hx-partial hx-target="#order" hx-swap="outerMorph"><p id="order" data-order="card-s9 card-s4"></p></hx-partial>',
  );
});

test('the whole is sent when a card came to a list or went, or something around it changed', () => {
  const before = list({ s4: 'a', s9: 'b' });
  for (const after of [
    list({ s9: 'b' }),
    list({ s9: 'b', s4: 'a', s7: 'c' }),
    list({}),
    list({ s9: 'b', s4: 'a' }, '3 stations'),
  ]) {
    expect(changesBetween(before, after)).toBe(hxPartial('cards', 'innerMorph', after.html));
  }
});

test('a part that is not in the whole is sent with the whole, never lost', () => {
  const after = { ...cards({ s4: 'b' }), html: '<div id="s4">b, cut differently</div>' };
  expect(changesBetween(cards({ s4: 'a' }), after)).toContain('cut differently');
});

test('any station name gives an id of its own that a selector can aim at', () => {
  const names = ['S4', 's4', 'S 4', 'S_20_4', 'S,4', '#4', '스테이션', 'S"4', '<b>', '😀', ''];
  const ids = names.map((name) => domId('card', name));
  expect(new Set(ids).size).toBe(names.length);
  for (const id of ids) expect(() => hxPartial(id, 'outerMorph', '')).not.toThrow();
  expect(() => hxPartial('a b', 'outerMorph', '')).toThrow();
});
