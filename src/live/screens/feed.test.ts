import { expect, test } from 'vitest';
import type { Socket } from '../../kernel/http/server/socket.ts';
import { createTestClock } from '../../testing/test-clock.ts';
import type { LiveCamera } from '../model.ts';
import { createLiveFeed } from './feed.ts';

const camera = (silentSinceAt: number | null): LiveCamera => ({
  ...{ key: 'main', name: '', origin: 'base', channels: { original: 'original' }, newest: {} },
  ...{ staleAfterMs: 30_000, usualIntervalMs: null, silentSinceAt, offlineReason: null },
});

test('when a camera falls silent, the cameras are looked up once, however many watch them', () => {
  let looks = 0;
  let silentSinceAt: number | null = null;
  const cameras = () => {
    looks += 1;
    return [camera(silentSinceAt)];
  };
  const feed = createLiveFeed({
    source: { current: { latest: () => undefined, list: () => [] }, cameras },
    clock: createTestClock(0),
    version: '1',
    pingEveryMs: 1_000,
  });
  const told: string[] = [];
  const socket: Socket = { send: (text) => told.push(text), bufferedBytes: () => 0, close: () => {} };
  const wanted = { channels: new Set(['original']), coil: null, isDetailed: true, wantsPings: false };
  for (let i = 0; i < 20; i++) feed.join(socket, wanted);
  const before = { looks, told: told.length };
  // Clients of the replaced receiver are told of images alone.
  feed.join(socket, { ...wanted, channels: null, isDetailed: false });
  expect(looks).toBe(before.looks);
  silentSinceAt = 1_000;
  feed.tellCameras();
  expect(looks).toBe(before.looks + 1);
  expect(told.slice(before.told + 1).map((text) => JSON.parse(text).data[0].silent_since)).toEqual(
    Array(20).fill(1_000),
  );
});

test('many screens that come or change their cameras at once look the cameras up once', () => {
  let looks = 0;
  let silentSinceAt: number | null = null;
  const feed = createLiveFeed({
    source: {
      current: { latest: () => undefined, list: () => [] },
      cameras: () => {
        looks += 1;
        return [camera(silentSinceAt)];
      },
    },
    clock: createTestClock(0),
    version: '1',
    pingEveryMs: 1_000,
  });
  const told: string[] = [];
  const socket: Socket = { send: (text) => told.push(text), bufferedBytes: () => 0, close: () => {} };
  const wanted = { channels: new Set(['original']), coil: null, isDetailed: true, wantsPings: false };
  const screen = feed.join(socket, wanted);
  for (let i = 0; i < 200; i++) {
    feed.join(socket, wanted);
    screen.onMessage?.('{"type":"subscribe","channels":["original"]}');
  }
  expect(looks).toBeLessThan(5);
  // What was told of cameras is never older than what a screen that comes afterwards gets.
  silentSinceAt = 1_000;
  feed.tellCameras();
  feed.join(socket, wanted);
  expect(JSON.parse(told.at(-1)!).cameras[0].silent_since).toBe(1_000);
});
