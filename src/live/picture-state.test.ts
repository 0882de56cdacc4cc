import { expect, test } from 'vitest';
import { pictureState } from './picture-state.ts';

const now = 1_000_000;
const camera = { staleAfterMs: 30_000, silentSinceAt: null, offlineReason: null };
const taken = (agoMs: number) => ({ capturedAt: now - agoMs });

test.each([
  ['of now', camera, taken(0), 'fresh'],
  ['as old as its camera allows', camera, taken(30_000), 'fresh'],
  ['older', camera, taken(30_001), 'old'],
  ['of a clock ahead of ours', camera, taken(-5_000), 'fresh'],
  ['old, of a silent camera', { ...camera, silentSinceAt: now - 60_000 }, taken(60_000), 'silent'],
  ['young, of a silent camera', { ...camera, silentSinceAt: now - 10_000 }, taken(10_000), 'fresh'],
  ['of a folder that is gone', { ...camera, offlineReason: 'missing' }, taken(0), 'offline'],
  ['that never was', camera, undefined, 'none'],
])('a picture %s', (_, of, image, expected) => {
  expect(pictureState(of, image, now)).toBe(expected);
});
