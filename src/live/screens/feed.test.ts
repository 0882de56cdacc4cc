import { expect, test } from 'vitest';
import type { Socket } from '../../kernel/http/server/kept-socket.ts';
import { createTestClock } from '../../testing/test-clock.ts';
import type { LiveCamera } from '../model.ts';
import { createLiveFeed } from './feed.ts';

const camera = (silentSinceAt: number | null): LiveCamera => ({
  key: 'main',
  name: '',
  origin: 'base',
  channels: { original: 'original' },
  newest: {},
  staleAfterMs: 30_000,
  usualIntervalMs: null,
  silentSinceAt,
  offlineReason: null,
});

test('when a camera falls silent, the cameras are listed once for any number of viewers', () => {
  let listings = 0;
  let silentSinceAt: number | null = null;
  const cameras = () => {
    listings += 1;
    return [camera(silentSinceAt)];
  };
  const feed = createLiveFeed({
    source: { current: { latest: () => undefined, list: () => [] }, cameras },
    clock: createTestClock(0),
    version: '1',
    pingEveryMs: 1_000,
  });
  const sent: string[] = [];
  const socket: Socket = { send: (text) => sent.push(text), bufferedBytes: () => 0, close: () => {} };
  const wanted = { channels: new Set(['original']), coil: null, isDetailed: true, wantsPings: false };
  for (let i = 0; i < 20; i++) feed.join(socket, wanted);
  const before = { listings, sent: sent.length };
  // Clients of the replaced receiver are sent images only.
  feed.join(socket, { ...wanted, channels: null, isDetailed: false });
  expect(listings).toBe(before.listings);
  silentSinceAt = 1_000;
  feed.publishCameras();
  expect(listings).toBe(before.listings + 1);
  expect(sent.slice(before.sent + 1).map((text) => JSON.parse(text).data[0].silent_since)).toEqual(
    Array(20).fill(1_000),
  );
});

test('a viewer that connects right after a change nobody saw is shown the change', () => {
  let silentSinceAt: number | null = null;
  const feed = createLiveFeed({
    source: {
      current: { latest: () => undefined, list: () => [] },
      cameras: () => [camera(silentSinceAt)],
    },
    clock: createTestClock(0),
    version: '1',
    pingEveryMs: 1_000,
  });
  const wanted = { channels: new Set(['original']), coil: null, isDetailed: true, wantsPings: false };
  feed.snapshot(wanted);
  silentSinceAt = 1_000;
  feed.publishCameras();
  expect(JSON.parse(feed.snapshot(wanted)).cameras[0].silent_since).toBe(1_000);
});

test('the cameras are listed once for many screens that connect or change their channels at once', () => {
  let listings = 0;
  let silentSinceAt: number | null = null;
  const feed = createLiveFeed({
    source: {
      current: { latest: () => undefined, list: () => [] },
      cameras: () => {
        listings += 1;
        return [camera(silentSinceAt)];
      },
    },
    clock: createTestClock(0),
    version: '1',
    pingEveryMs: 1_000,
  });
  const sent: string[] = [];
  const socket: Socket = { send: (text) => sent.push(text), bufferedBytes: () => 0, close: () => {} };
  const wanted = { channels: new Set(['original']), coil: null, isDetailed: true, wantsPings: false };
  const screen = feed.join(socket, wanted);
  for (let i = 0; i < 200; i++) {
    feed.join(socket, wanted);
    screen.onMessage?.('{"type":"subscribe","channels":["original"]}');
  }
  expect(listings).toBeLessThan(5);
  // A screen that connects afterwards never gets older states than those that were sent.
  silentSinceAt = 1_000;
  feed.publishCameras();
  feed.join(socket, wanted);
  expect(JSON.parse(sent.at(-1)!).cameras[0].silent_since).toBe(1_000);
});
