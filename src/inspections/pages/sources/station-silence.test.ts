import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StateView } from '../../../plant/station-state.ts';
import { createTestApp, type TestApp } from '../../../testing/test-app.ts';
import { readSilence } from './station-silence.ts';

let plant: TestApp;
beforeAll(async () => {
  plant = await createTestApp({
    images: [
      'S9/OR-3CT/OK-20250906-100000-1.jpg',
      'S4/OR-2CT/NG-20250906-101500-1.jpg',
      'S5/OR-2CT/OK-20250906-102000-1.jpg',
    ],
  });
});
afterAll(() => plant.close());

const judged = (code: 'silent' | 'running'): StateView =>
  ({
    state: { code, lastSeenAt: 0 },
    also: [],
    tone: 'warn',
    isStale: true,
    isLow: false,
  }) as unknown as StateView;
const read = (code: 'silent' | 'running') => {
  const { inspections } = plant.services;
  return readSilence(inspections, inspections.reads.names.findStationId('S9')!, judged(code));
};

test('a silent station shows its last file, its folder, and the others of that folder, last seen first', async () => {
  expect(await read('silent')).toMatchObject({
    last: { path: 'S9/OR-3CT/OK-20250906-100000-1.jpg', capturedAt: Date.parse('2025-09-06T10:00:00+09:00') },
    folders: [{ path: plant.watchDir, state: 'online', sweptAt: expect.any(Number) }],
    neighbours: [{ station: 'S5' }, { station: 'S4' }],
    moreCount: 0,
  });
});

test('a station that runs shows nothing of it', async () => {
  expect(await read('running')).toBeNull();
});
