import { expect, test } from 'vitest';
import { changeSubscription, maxFollowed, readSubscription } from './subscription.ts';

const isKnown = (channel: string) => ['original', 'station/A,B'].includes(channel);
const read = (text: string) => readSubscription(new URLSearchParams(text), isKnown);
const s5 = { channels: null, coil: null, isDetailed: false, wantsPings: false };

test('a client without a query follows every folder, as S5 does', () => {
  expect(read('')).toEqual(s5);
  expect(read('channels=')).toEqual(s5);
});

test('channels may be repeated or separated by commas, and a known name may hold a comma', () => {
  expect([...read('channels=original,labeled&channels=station/A,B').channels!]).toEqual([
    'original',
    'labeled',
    'station/A,B',
  ]);
  expect(read('channels=original&coil=2891&detail=1&ping=1')).toMatchObject({
    coil: '2891',
    isDetailed: true,
    wantsPings: true,
  });
});

test('more channels than a screen holds, or a name longer than any folder’s, are refused', () => {
  const many = Array.from({ length: maxFollowed + 1 }, (_, i) => `c${i}`);
  expect(() => read(`channels=${many}`)).toThrow(expect.objectContaining({ code: 'invalid' }));
  expect(() => read(`channels=${'x'.repeat(301)}`)).toThrow(expect.objectContaining({ code: 'invalid' }));
  expect(read(`channels=${many.slice(1)}`).channels?.size).toBe(maxFollowed);
});

test('a subscribe message replaces the subscription', () => {
  const next = changeSubscription({ ...s5, isDetailed: true }, '{"type":"subscribe","channels":["exit"]}');
  expect(next).toEqual({ ...s5, isDetailed: true, channels: new Set(['exit']) });
});

test.each(['', 'hello', '[]', 'null', '7', '{}', '{"type":"ping"}'])('%j changes nothing', (message) => {
  expect(changeSubscription(s5, message)).toBeUndefined();
});

test.each([
  '{"type":"subscribe"}',
  '{"type":"subscribe","channels":"original"}',
  '{"type":"subscribe","channels":[7]}',
  `{"type":"subscribe","channels":${JSON.stringify(Array.from({ length: 65 }, (_, i) => `${i}`))}}`,
])('%s is refused in plain words', (message) => {
  expect(() => changeSubscription(s5, message)).toThrow(/subscribe takes "channels"/);
});
