import { expect, test } from 'vitest';
import { createChangeThrottle } from './change-throttle.ts';
import type { Fragment } from './fragment.ts';

function cards(values: Record<string, string>, title = 'Cards'): Fragment {
  const parts = Object.entries(values).map(([id, text]) => ({ id, html: `<p id="${id}">${text}</p>` }));
  return { containerId: 'cards', parts, html: `<h1>${title}</h1>${parts.map(({ html }) => html).join('')}` };
}

test('cards that change by turns are each shown at once', () => {
  const throttle = createChangeThrottle();
  expect(throttle.next(cards({ s4: '0', s9: '0' }), 0)).toMatchObject({
    changes: undefined,
    againInMs: undefined,
  });
  expect(throttle.next(cards({ s4: '1', s9: '0' }), 10).changes).toContain('<p id="s4">1</p>');
  const step = throttle.next(cards({ s4: '1', s9: '1' }), 20);
  expect(step.changes).toContain('<p id="s9">1</p>');
  expect(step.changes).not.toContain('s4');
  expect(step.againInMs).toBeUndefined();
});

test('a card that changes all the time is shown four times a second, and its last state always', () => {
  const throttle = createChangeThrottle();
  throttle.next(cards({ s4: '0' }), 0);
  const shown: [number, string][] = [];
  for (let now = 10; now <= 1_000; now += 10) {
    const { changes } = throttle.next(cards({ s4: String(now) }), now);
    if (changes) shown.push([now, changes]);
  }
  expect(shown.map(([now]) => now)).toEqual([10, 260, 510, 760]);
  const left = throttle.next(cards({ s4: '1000' }), 1_001);
  expect(left).toMatchObject({ changes: '', againInMs: 9 });
  expect(throttle.next(cards({ s4: '1000' }), 1_010).changes).toContain('<p id="s4">1000</p>');
  expect(throttle.next(cards({ s4: '1000' }), 2_000)).toMatchObject({ changes: '', againInMs: undefined });
});

test('a change that is taken back before it was shown is no change', () => {
  const throttle = createChangeThrottle();
  throttle.next(cards({ s4: '0' }), 0);
  throttle.next(cards({ s4: '1' }), 10);
  expect(throttle.next(cards({ s4: '2' }), 20)).toMatchObject({ changes: '', againInMs: 240 });
  expect(throttle.next(cards({ s4: '1' }), 30)).toMatchObject({ changes: '', againInMs: undefined });
});

test('the whole is sent four times a second at most, and with it everything that waited', () => {
  const throttle = createChangeThrottle();
  throttle.next(cards({ s4: '0' }), 0);
  throttle.next(cards({ s4: '1' }), 10);
  const whole = throttle.next(cards({ s4: '2' }, '2 stations'), 20);
  expect(whole.changes).toContain('innerMorph');
  expect(whole.changes).toContain('<p id="s4">2</p>');
  expect(throttle.next(cards({ s4: '3' }, '3 stations'), 30)).toMatchObject({ changes: '', againInMs: 240 });
  expect(throttle.next(cards({ s4: '3' }, '3 stations'), 270).changes).toContain('3 stations');
});
