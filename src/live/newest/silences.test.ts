import { expect, test } from 'vitest';
import type { LiveImage } from '../model.ts';
import { createSilences } from './silences.ts';

const startedAt = 1_757_121_691_000;
const image = (capturedAt: number, more: Partial<LiveImage> = {}) =>
  ({ camera: 'main', capturedAt, foundAt: capturedAt, modifiedAt: capturedAt, ...more }) as LiveImage;
const everyFiveSeconds = Array.from({ length: 20 }, (_, i) => image(startedAt - i * 5_000));

test('a camera that falls silent is told of once, and once when it is back', () => {
  let now = startedAt;
  const silences = createSilences(() => now);
  silences.learn('main', everyFiveSeconds);
  expect(silences.look()).toEqual([]);
  now += 60_001;
  const silent = { camera: 'main', isSilent: true, sinceAt: startedAt, usualIntervalMs: 5_000 };
  expect([silences.look(), silences.look()]).toEqual([[silent], []]);
  expect(silences.habitOf('main')).toEqual({ usualIntervalMs: 5_000, silentSinceAt: startedAt });
  silences.came(image(now));
  expect(silences.look()).toMatchObject([{ isSilent: false, sinceAt: now }]);
  expect(silences.habitOf('main').silentSinceAt).toBeNull();
});

test('a clock that is hours behind makes no camera silent, and an old file found late does not make it speak', () => {
  let now = startedAt;
  const silences = createSilences(() => now);
  silences.learn(
    'main',
    everyFiveSeconds.map((one) => image(one.capturedAt - 9 * 3_600_000, { foundAt: one.foundAt })),
  );
  expect(silences.look()).toEqual([]);
  now += 120_000;
  expect(silences.look()).toMatchObject([{ isSilent: true, sinceAt: startedAt }]);
  silences.came(image(startedAt + 1, { foundAt: now, modifiedAt: null }));
  expect(silences.look()).toEqual([]);
});

test('of a camera nobody has seen yet nothing is known', () => {
  expect(createSilences(() => 0).habitOf('x')).toEqual({ usualIntervalMs: null, silentSinceAt: null });
});
