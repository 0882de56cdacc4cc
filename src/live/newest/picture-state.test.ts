import { expect, test } from 'vitest';
import { pictureState } from './picture-state.ts';

const now = 1_000_000;
const camera = { staleAfterMs: 30_000, silentSinceAt: null, offlineReason: null };
/** A picture of this age by its camera's clock, and of this age by ours. */
const taken = (agoMs: number, cameAgoMs = 0) => {
  const cameAt = now - Math.max(cameAgoMs, agoMs > 0 ? agoMs : 0);
  return { capturedAt: now - agoMs, foundAt: cameAt, modifiedAt: cameAt };
};

test.each([
  ['of now', camera, taken(0), 'fresh'],
  ['as old as its camera allows', camera, taken(30_000), 'fresh'],
  ['older', camera, taken(30_001), 'old'],
  ['of a clock ahead of ours', camera, taken(-5_000), 'fresh'],
  ['of a clock hours ahead of ours that came a while ago', camera, taken(-9 * 3_600_000, 30_001), 'old'],
  ['whose file was written over just now', camera, { ...taken(0), foundAt: now - 600_000 }, 'fresh'],
  ['taken by its name alone', camera, { ...taken(-600_000, 30_001), modifiedAt: null }, 'old'],
  ['old, of a silent camera', { ...camera, silentSinceAt: now - 60_000 }, taken(60_000), 'silent'],
  ['young, of a silent camera', { ...camera, silentSinceAt: now - 10_000 }, taken(10_000), 'fresh'],
  ['of a folder that is gone', { ...camera, offlineReason: 'missing' }, taken(0), 'offline'],
  ['that never was', camera, undefined, 'none'],
])('a picture %s', (_, of, image, expected) => {
  expect(pictureState(of, image, now)).toBe(expected);
});
