import { expect, test } from 'vitest';
import type { LiveImage } from '../model.ts';
import { createSilences } from './silences.ts';

const startedAt = 1_757_121_691_000;
const image = (capturedAt: number, more: Partial<LiveImage> = {}) =>
  ({
    camera: 'main',
    revision: 0,
    capturedAt,
    foundAt: capturedAt,
    modifiedAt: capturedAt,
    ...more,
  }) as LiveImage;
const everyFiveSeconds = Array.from({ length: 20 }, (_, i) => image(startedAt - i * 5_000));

test('a silent camera is reported once, and once more when it sends again', () => {
  let now = startedAt;
  const silences = createSilences(() => now);
  silences.learn('main', everyFiveSeconds);
  expect(silences.takeChanges()).toEqual([]);
  now += 60_001;
  const silent = { camera: 'main', isSilent: true, sinceAt: startedAt, usualIntervalMs: 5_000 };
  expect([silences.takeChanges(), silences.takeChanges()]).toEqual([[silent], []]);
  expect(silences.intervalOf('main')).toEqual({ usualIntervalMs: 5_000, silentSinceAt: startedAt });
  silences.noteImage(image(now));
  expect(silences.takeChanges()).toMatchObject([{ isSilent: false, sinceAt: now }]);
  expect(silences.intervalOf('main').silentSinceAt).toBeNull();
});

test('a silence that ended between two looks, while another began, is published with its own beginning', () => {
  let now = startedAt + 60_001;
  const silences = createSilences(() => now);
  silences.learn('main', everyFiveSeconds);
  expect(silences.takeChanges()).toMatchObject([{ isSilent: true, sinceAt: startedAt }]);
  silences.noteImage(image(now));
  const againAt = now;
  now += 70_000;
  expect(silences.takeChanges()).toMatchObject([{ isSilent: true, sinceAt: againAt }]);
});

test('a clock that is hours behind makes no camera silent, and an old file found late does not end a silence', () => {
  let now = startedAt;
  const silences = createSilences(() => now);
  silences.learn(
    'main',
    everyFiveSeconds.map((one) => image(one.capturedAt - 9 * 3_600_000, { foundAt: one.foundAt })),
  );
  expect(silences.takeChanges()).toEqual([]);
  now += 120_000;
  expect(silences.takeChanges()).toMatchObject([{ isSilent: true, sinceAt: startedAt }]);
  silences.noteImage(image(startedAt + 1, { foundAt: now, modifiedAt: null }));
  expect(silences.takeChanges()).toMatchObject([{ isSilent: true, sinceAt: startedAt + 1 }]);
});

test('nothing is known of a camera before its first image', () => {
  expect(createSilences(() => 0).intervalOf('x')).toEqual({ usualIntervalMs: null, silentSinceAt: null });
});

test('a camera that writes one file over and over is not silent, whatever the clock of its share says', () => {
  let now = startedAt;
  const silences = createSilences(() => now);
  const behindMs = 9 * 3_600_000;
  for (let revision = 0; revision < 200; revision++) {
    now += 1_000;
    const modifiedAt = now - behindMs;
    silences.noteImage(image(modifiedAt, { revision, modifiedAt, foundAt: startedAt }));
  }
  expect(silences.takeChanges()).toEqual([]);
  expect(silences.intervalOf('main')).toEqual({ usualIntervalMs: 1_000, silentSinceAt: null });
  now += 61_000;
  expect(silences.takeChanges()).toMatchObject([{ isSilent: true }]);
});

test('outside planned time a camera is not silent, and only planned time counts as its silence', () => {
  let now = startedAt;
  // Nothing is planned for an hour after its last image.
  const restMs = 3_600_000;
  const isPlanned = (at: number) => at >= startedAt + restMs;
  const plannedMs = ({ endAt }: { endAt: number }) => Math.max(0, endAt - startedAt - restMs);
  const silences = createSilences(
    () => now,
    () => ({ fromAt: 0, isPlanned, plannedMs }),
  );
  silences.learn('main', everyFiveSeconds);
  now += restMs - 1;
  expect(silences.takeChanges()).toEqual([]);
  now = startedAt + restMs + 60_000;
  expect(silences.takeChanges()).toEqual([]);
  now += 1;
  expect(silences.takeChanges()).toMatchObject([{ isSilent: true, sinceAt: startedAt }]);
});
