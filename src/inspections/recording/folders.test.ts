import { afterEach, beforeEach, expect, test } from 'vitest';
import { createPlantNames } from '../../plant/names.ts';
import { type InspectionStore, openInspectionStore } from '../../testing/inspection-store.ts';
import { readListings, saveListing, saveSweep } from '../watching/save-listing.ts';
import { createFolders, ensureRoot } from './folders.ts';

let store: InspectionStore;
beforeEach(async () => {
  store = await openInspectionStore('sqlite');
});
afterEach(() => store.db.close());

const refOf = (path: string, rootId = store.rootId) => ({ rootId, path });

/** The folders as a restarted process reads them. */
const restart = async () =>
  createFolders(store.db, await createPlantNames(store.db, store.clock, store.reads.sites), store.clock);

test('a folder keeps its id, for concurrent callers and after a restart', async () => {
  const { folders } = store.reads;
  const found = await Promise.all([1, 2, 3].map(() => folders.ensure(refOf('S9/OR-3CT'))));
  expect(found[1]).toEqual(found[0]);
  expect(folders.list()).toHaveLength(1);
  const again = await restart();
  expect(again.find(store.rootId, 'S9/OR-3CT')).toEqual(found[0]);
  expect(again.get(found[0]!.id)).toEqual(found[0]);
  expect(() => again.get(999)).toThrow();
});

test('a renamed folder keeps its id, in other processes as well', async () => {
  const { folders } = store.reads;
  const { id, stationId } = await folders.ensure(refOf('S9/OR-3CT'));
  const other = await restart();
  const isGone = async () => true;
  const moved = { folder: refOf('S9/OR-3CT'), path: 'Line 9/OR-3CT', isParked: false, isByFile: false };
  expect(await folders.move([moved], { isGone })).toBe(true);
  await other.refresh();
  for (const one of [folders, other, await restart()]) {
    expect(one.find(store.rootId, 'Line 9/OR-3CT')).toMatchObject({ id, stationId });
    expect([one.get(id).path, one.find(store.rootId, 'S9/OR-3CT')]).toEqual(['Line 9/OR-3CT', undefined]);
  }
});

test('the same path in two roots is two folders of one station and model', async () => {
  const otherRoot = await ensureRoot(store.db, store.clock, store.reads.sites.own.id, '/demo');
  expect(await ensureRoot(store.db, store.clock, store.reads.sites.own.id, '/demo')).toBe(otherRoot);
  const first = await store.reads.folders.ensure(refOf('S9/OR-3CT'));
  const second = await store.reads.folders.ensure(refOf('S9/OR-3CT', otherRoot));
  expect(second.id).not.toBe(first.id);
  expect(second.stationId).toBe(first.stationId);
  expect(store.reads.folders.partsOf(first.stationId)).toEqual([first.partId]);
});

test('a station has the models of all its folders', async () => {
  const { folders } = store.reads;
  const { stationId } = await folders.ensure(refOf('S9/OR-3CT'));
  await folders.ensure(refOf('S9/OR-2CT'));
  await folders.ensure(refOf('S9/OR-2CT/2026-11-21'));
  await folders.ensure(refOf('S4/OR-9X'));
  const again = await restart();
  for (const list of [folders, again]) expect(list.partsOf(stationId)).toHaveLength(2);
  expect(again.partsOf(999)).toEqual([]);
});

test('a listing survives a restart, for its own root only', async () => {
  const listing = { modifiedAt: 1_000, listedAt: 2_000, fileCount: 42, folderCount: 0, inode: 7 };
  await saveListing(store.db, store.reads.folders, refOf('S9/OR-3CT'), listing);
  await store.reads.folders.ensure(refOf('S4/OR-3CT'));
  const listings = async () =>
    new Map((await readListings(store.db, store.rootId)).map(({ path, ...saved }) => [path, saved]));
  expect((await listings()).get('S9/OR-3CT')).toEqual(listing);
  expect((await listings()).get('S4/OR-3CT')).toEqual({
    modifiedAt: null,
    listedAt: null,
    fileCount: 0,
    folderCount: null,
    inode: null,
  });
  await saveListing(store.db, store.reads.folders, refOf('S9/OR-3CT'), { ...listing, modifiedAt: null });
  expect((await listings()).get('S9/OR-3CT')).toEqual({ ...listing, modifiedAt: null });
  expect(await readListings(store.db, store.rootId + 1)).toEqual([]);
});

test('the newest 500 sweeps that added files are kept', async () => {
  const sweep = { kind: 'sweep' as const, startedAt: 0, durationMs: 5, filesSeen: 9 };
  await saveSweep(store.db, store.rootId, { ...sweep, filesAdded: 0 });
  for (let i = 1; i <= 503; i++) {
    await saveSweep(store.db, store.rootId, { ...sweep, startedAt: i, filesAdded: 1 });
  }
  const { sweeps } = store.db.tables;
  const rows = await store.db.read.select().from(sweeps).orderBy(sweeps.id);
  expect([rows.length, rows[0]?.startedAt, rows.at(-1)?.startedAt]).toEqual([500, 4, 503]);
});
