import { expect, test } from 'vitest';
import { isLater, pictureState } from './picture-state.ts';

const now = 1_000_000;
const camera = { staleAfterMs: 30_000, silentSinceAt: null, offlineReason: null };
/** A picture of this age by its camera's clock, and of this age by ours. */
const taken = (agoMs: number, cameAgoMs = 0) => {
  const cameAt = now - Math.max(cameAgoMs, agoMs > 0 ? agoMs : 0);
  return { capturedAt: now - agoMs, foundAt: cameAt, modifiedAt: cameAt, revision: 0 };
};

test.each([
  ['of now', camera, taken(0), 'fresh'],
  ['as old as its camera allows', camera, taken(30_000), 'fresh'],
  ['older', camera, taken(30_001), 'old'],
  ['of a clock ahead of ours', camera, taken(-5_000), 'fresh'],
  ['of a clock hours ahead of ours that came a while ago', camera, taken(-9 * 3_600_000, 30_001), 'old'],
  [
    'whose file was written over just now',
    camera,
    { ...taken(0), foundAt: now - 600_000, revision: 1 },
    'fresh',
  ],
  [
    'whose file came with a time ahead of ours',
    camera,
    { ...taken(-240_000, 30_001), modifiedAt: now },
    'old',
  ],
  ['taken by its name alone', camera, { ...taken(-600_000, 30_001), modifiedAt: null }, 'old'],
  ['old, of a silent camera', { ...camera, silentSinceAt: now - 60_000 }, taken(60_000), 'silent'],
  ['young, of a silent camera', { ...camera, silentSinceAt: now - 10_000 }, taken(10_000), 'fresh'],
  ['of a folder that is gone', { ...camera, offlineReason: 'missing' }, taken(0), 'offline'],
  ['that never was', camera, undefined, 'none'],
])('a picture %s', (_, of, image, expected) => {
  expect(pictureState(of, image, now)).toBe(expected);
});

test('a picture from a clock ahead of ours is newest only until the next one comes', () => {
  const pictures = [
    { id: 1, ...taken(-240_000, 5_000) },
    { id: 2, ...taken(3_000) },
    { id: 3, ...taken(1_000) },
  ];
  const order = pictures.toSorted((a, b) => (isLater(a, b) ? 1 : -1)).map(({ id }) => id);
  expect(order).toEqual([1, 2, 3]);
  expect(isLater(pictures[0]!, undefined)).toBe(true);
});

test('of pictures that came together the one taken last is the newest', () => {
  const [first, second] = [1, 2].map((id) => ({ id, ...taken(-1_000 * id, 5_000) }));
  expect([isLater(second!, first), isLater(first!, second)]).toEqual([true, false]);
});
