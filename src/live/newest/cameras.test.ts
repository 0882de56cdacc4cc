import { expect, test } from 'vitest';
import type { LiveCamera, LiveChannel } from '../model.ts';
import { listCameras, parseStaleLimits } from './cameras.ts';
import { pictureState } from './picture-state.ts';
import { type StationShot, stationImage } from './station-feed.ts';

const at = Date.UTC(2026, 10, 20, 8);
const shot: StationShot = {
  id: 1,
  revision: 0,
  name: 'a.jpg',
  capturedAt: at,
  sizeBytes: 1,
  foundAt: at,
  missingAt: null,
  verdict: 'OK',
  station: 'S12',
  part: 'P1',
};
const folder = {
  id: 1,
  camera: 'line2',
  role: 'original',
  path: '/live/line2',
  staleAfterSec: null,
} as const;

function camerasWith(options: {
  usualIntervalMs: number | null;
  silentSinceAt?: number;
  staleSec?: string[];
  channel?: Partial<LiveChannel>;
}): [folderCamera: LiveCamera, station: LiveCamera] {
  const [line2, station] = listCameras({
    channels: [{ ...folder, key: 'line2', ...options.channel }],
    named: [],
    stations: new Map([['S12', stationImage(shot)]]),
    usualIntervalOf: () => options.usualIntervalMs,
    stationSilentSinceAt: () => options.silentSinceAt ?? null,
    current: { latest: () => undefined },
    stale: parseStaleLimits(options.staleSec ?? ['30']),
    offlineReasonOf: () => null,
    intervalOf: () => ({ usualIntervalMs: options.usualIntervalMs, silentSinceAt: null }),
  });
  return [line2!, station!];
}

const limits = (options: Parameters<typeof camerasWith>[0]) =>
  camerasWith(options).map(({ staleAfterMs }) => staleAfterMs);

test('a station that takes a picture every 30 s looks live between two of them', () => {
  const [, station] = camerasWith({ usualIntervalMs: 30_000 });
  expect(station.usualIntervalMs).toBe(30_000);
  expect(pictureState(station, stationImage(shot), at + 43_000)).toBe('fresh');
  expect(pictureState(station, stationImage(shot), at + 91_000)).toBe('old');
});

test('a slow camera is old after three of its usual intervals, a quick or unknown one at the limit for all', () => {
  expect(limits({ usualIntervalMs: 40_000 })).toEqual([120_000, 120_000]);
  expect(limits({ usualIntervalMs: 2_000 })).toEqual([30_000, 30_000]);
  expect(limits({ usualIntervalMs: null })).toEqual([30_000, 30_000]);
});

test('a limit set for one camera holds exactly, whatever its usual interval', () => {
  expect(limits({ usualIntervalMs: 40_000, staleSec: ['30', 'line2=20', 'S12=50'] })).toEqual([
    20_000, 50_000,
  ]);
  expect(limits({ usualIntervalMs: 40_000, channel: { staleAfterSec: 10 } })[0]).toBe(10_000);
});

test('a station that is silent is shown as silent, not merely as old', () => {
  const [, station] = camerasWith({ usualIntervalMs: 10_000, silentSinceAt: at });
  expect(pictureState(station, stationImage(shot), at + 20_000)).toBe('fresh');
  expect(pictureState(station, stationImage(shot), at + 120_000)).toBe('silent');
});
