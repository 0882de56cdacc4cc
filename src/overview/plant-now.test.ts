import { expect, test } from 'vitest';
import { type RootStatus, rootStatus, startingStatus } from '../kernel/folder-scan/model/root-status.ts';
import type { PlantState } from '../plant/station-state.ts';
import { plantNow } from './plant-now.ts';

const heard = { isSilent: false, heardAt: 0 };
const sweptAt = (startedAt: number) => ({
  kind: 'sweep' as const,
  startedAt,
  durationMs: 10,
  filesSeen: 1,
  filesAdded: 0,
});

function folder(id: number, over: Partial<RootStatus> = {}): RootStatus {
  const starting = rootStatus({ id, path: `/data/${id}` }, 'auto', startingStatus('auto'), heard);
  return { ...starting, state: 'online', lastSweep: sweptAt(1_000 * id), ...over };
}

test('the data is as old as the newest image and the folder that was looked through longest ago', () => {
  expect(plantNow([folder(2), folder(1)], 5_000, null)).toEqual({
    state: 'online',
    offline: [],
    moreOffline: 0,
    newestAt: 5_000,
    problems: null,
    sweptAt: 1_000,
  });
});

test('before every folder was looked through once, nothing is claimed of them all', () => {
  expect(plantNow([], null, null)).toMatchObject({ state: 'starting', sweptAt: null });
  const starting = folder(2, { state: 'starting', lastSweep: null });
  expect(plantNow([folder(1), starting], null, null)).toMatchObject({ state: 'starting', sweptAt: null });
});

test('a folder that is offline counts before all, and its last sweep no longer', () => {
  const gone = folder(2, { state: 'offline', reasonCode: 'missing', offlineSince: 7 });
  const view = plantNow([folder(1), gone, folder(3, { state: 'starting', lastSweep: null })], 5_000, null);
  expect(view).toMatchObject({ state: 'offline', sweptAt: null, newestAt: 5_000 });
  expect(view.offline).toEqual([{ path: '/data/2', reason: null, reasonCode: 'missing', sinceAt: 7 }]);
});

test('of many folders offline the first are named and the rest counted', () => {
  const gone = Array.from({ length: 8 }, (_, i) => folder(i, { state: 'offline' }));
  const view = plantNow(gone, null, null);
  expect([view.offline.length, view.moreOffline]).toEqual([3, 5]);
});

test('stations with problems are counted, and none are claimed only after all were judged', () => {
  const problemsOf = (state: PlantState) => plantNow([folder(1)], null, state).problems;
  expect(problemsOf({ kind: 'wrong', count: 3 })).toBe(3);
  expect(problemsOf({ kind: 'allRight' })).toBe(0);
  expect(problemsOf({ kind: 'unjudged', why: 'noHistory' })).toBeNull();
});
