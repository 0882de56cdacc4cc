import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import type { MovedFolder } from '../../kernel/folder-scan/model/moved-folder.ts';
import { createLog } from '../../kernel/log.ts';
import { hourMs } from '../../kernel/time/durations.ts';
import { createRecordClocks } from '../../plant/record-clocks.ts';
import { createRecordStations } from '../../plant/record-stations.ts';
import { createTargets, everyId } from '../../plant/targets.ts';
import { sumCounts } from '../../plant/yield.ts';
import { testDialect } from '../../testing/databases.ts';
import {
  imageFile,
  openInspectionStore,
  storeStartsAt,
  unmatchedFile,
} from '../../testing/inspection-store.ts';
import type { Folders } from './folders.ts';
import { createJudgeImage } from './judge-image.ts';
import type { Recorded } from './record-inspections.ts';
import { type RereadParts, startRereads } from './reread-names.ts';

const log = createLog({ level: 'silent', pretty: false });
const pathRegex = '^(?<station>[^/]+)/(?<pass>OK|NG)/(?<date>\\d{8})_(?<time>\\d{6})\\.jpg$';
/** Reads the same names with the verdicts the other way round. */
const verdictWords = 'OK=NG, NG=OK';

/** Two stations of three images each, whose folders of verdicts are models until the pattern is used. */
async function openStore() {
  const store = await openInspectionStore(testDialect);
  const { db, reads, rootId } = store;
  const { roots } = db.tables;
  for (const station of ['A', 'B']) {
    for (const [path, seconds] of [
      ['OK', ['01', '02']],
      ['NG', ['03']],
    ] as const) {
      const files = seconds.map((s) => unmatchedFile(`20261121_0800${s}.jpg`, storeStartsAt));
      await store.found(`${station}/${path}`, files);
    }
  }
  const ask = (words: string | null) =>
    db.tx((q) =>
      q.update(roots).set({ pathRegex, verdictWords: words, rereadFrom: 0 }).where(eq(roots.id, rootId)),
    );
  const news: Recorded[] = [];
  const parts: RereadParts = {
    db,
    siteId: reads.sites.own.id,
    folders: reads.folders,
    names: reads.names,
    wallClock: reads.wallClock,
    namingOf: (root) => ({
      path: root.pathRegex ?? undefined,
      verdictWords: root.verdictWords ?? undefined,
    }),
    onChanged: (recorded) => news.push(recorded),
  };
  /** Goes on as a new process would, until there is nothing left to do or it fails. */
  const goOn = async (more: Partial<RereadParts> = {}) => {
    const loop = startRereads({ ...parts, ...more, log, onEnd: () => {} });
    await loop.trigger();
    await loop.stop();
  };
  const rereadFrom = async () => {
    const [root] = await db.read.select().from(roots).where(eq(roots.id, rootId));
    return root?.rereadFrom;
  };
  return { ...store, ask, goOn, rereadFrom, news };
}

type Store = Awaited<ReturnType<typeof openStore>>;

/** OK and NG of each station that has images, by its rows and by its roll-ups, which must agree. */
async function countStations({ reads, rows }: Store): Promise<Record<string, [number, number]>> {
  const counts = await reads.counts.countByPart({ startAt: 0, endAt: storeStartsAt * 2 });
  const totals: Record<string, [number, number]> = {};
  for (const { stationId, verdict } of await rows()) {
    const name = reads.names.stationName(stationId);
    const [ok, ng] = totals[name] ?? [0, 0];
    totals[name] = [ok + Number(verdict === 'OK'), ng + Number(verdict === 'NG')];
  }
  const rolled = Object.groupBy(counts, ({ stationId }) => reads.names.stationName(stationId));
  for (const [name, some = []] of Object.entries(rolled)) {
    const { ok, ng } = sumCounts(some);
    if (ok + ng > 0 || totals[name]) expect([name, ok, ng]).toEqual([name, ...(totals[name] ?? [0, 0])]);
  }
  return totals;
}

/** Two stations with images of the names of contract S1, three of them NG at S9. */
async function openPlainStore() {
  const store = await openStore();
  await store.found(
    'S9/M',
    [1, 2, 3].map((i) => imageFile('NG', storeStartsAt - 60_000, i)),
  );
  await store.found(
    'S4/M',
    [2, 3].map((i) => imageFile(i === 3 ? 'NG' : 'OK', storeStartsAt - 60_000, i)),
  );
  const move = (path: string, to: string, more: Partial<MovedFolder> = {}): MovedFolder => ({
    folder: { rootId: store.rootId, path },
    path: to,
    isParked: false,
    isByFile: false,
    ...more,
  });
  const standing = { isGone: async () => false };
  const plain = { namingOf: () => ({}) };
  return { ...store, move, standing, plain };
}

test('a pattern saved while names are read again under another one has all of them read again', async () => {
  const store = await openStore();
  await store.ask(verdictWords);
  const { folders } = store.reads;
  let isFirst = true;
  const refresh: Folders['refresh'] = async () => {
    if (isFirst) await store.ask(null);
    isFirst = false;
    await folders.refresh();
  };
  await store.goOn({ folders: { ...folders, refresh } });
  expect(await store.total()).toEqual({ ok: 4, ng: 2, unmatched: 0 });
  expect(await store.rereadFrom()).toBeNull();
  await store.db.close();
});

test('names are left alone while their folder is swept under another pattern', async () => {
  const store = await openStore();
  await store.ask(null);
  await store.goOn({ namingOf: () => undefined });
  expect(await store.total()).toEqual({ ok: 0, ng: 0, unmatched: 6 });
  expect(await store.rereadFrom()).toBe(0);
  await store.db.close();
});

test('an end before the stations that are none were removed comes to it again', async () => {
  const store = await openStore();
  const { names } = store.reads;
  const { directories, inspections, stations } = store.db.tables;
  // As after a pattern that told stations from names: a station with nothing of its own.
  const emptyId = await names.ensureStation('none');
  await store.ask(null);
  const dropStation = async () => {
    throw new Error('The process ends here');
  };
  await store.goOn({ names: { ...names, dropStation } });
  expect(await store.rereadFrom()).not.toBeNull();
  await store.goOn();
  expect(await store.rereadFrom()).toBeNull();
  const left = await store.db.read.select().from(stations).where(eq(stations.id, emptyId));
  expect(left).toEqual([]);
  expect(await store.db.read.$count(directories)).toBe(4);
  expect(await store.db.read.$count(inspections)).toBe(6);
  await store.db.close();
});

test('pages hear of every image that is another now, and of none that stays', async () => {
  const store = await openStore();
  await store.ask(null);
  await store.goOn();
  expect(store.news.map(({ stationIds }) => stationIds)).toEqual([
    [store.reads.names.findStationId('A')],
    [store.reads.names.findStationId('A')],
    [store.reads.names.findStationId('B')],
    [store.reads.names.findStationId('B')],
  ]);
  const shotAt = Date.parse('2026-11-21T08:00:01Z');
  expect(store.news[0]).toMatchObject({ added: 0, oldestAt: shotAt, newestAt: storeStartsAt });
  await store.ask(null);
  await store.goOn();
  expect(store.news).toHaveLength(4);
  await store.db.close();
});

test('folders of two stations that changed places: the images of each are the other station’s', async () => {
  const store = await openPlainStore();
  const { folders } = store.reads;
  const [first, second] = [folders.find(store.rootId, 'S9/M'), folders.find(store.rootId, 'S4/M')];
  expect(await folders.move([store.move('S9/M', 'S4/M'), store.move('S4/M', 'S9/M')], store.standing)).toBe(
    true,
  );
  expect(folders.find(store.rootId, 'S4/M')?.id).toBe(first?.id);
  expect(folders.find(store.rootId, 'S9/M')?.id).toBe(second?.id);
  await store.goOn(store.plain);
  expect(await countStations(store)).toMatchObject({ S9: [1, 1], S4: [0, 3] });
  expect(await store.db.read.$count(store.db.tables.repairs)).toBe(0);
  await store.db.close();
});

test('a folder whose place was taken waits for where it is found, as that of its station', async () => {
  const store = await openPlainStore();
  const { folders } = store.reads;
  const taken = [store.move('S4/M', 'S9/M'), store.move('S9/M', 'S9/M/~7', { isParked: true })];
  expect(await folders.move(taken, store.standing)).toBe(true);
  await store.goOn(store.plain);
  expect(await countStations(store)).toMatchObject({ S9: [1, 4] });
  expect(await folders.move([store.move('S9/M/~7', 'S7')], store.standing)).toBe(true);
  await store.goOn(store.plain);
  expect(await countStations(store)).toMatchObject({ S9: [1, 1], S7: [0, 3] });
  await store.db.close();
});

test('files of a moved folder go over one by one where its new path has images already', async () => {
  const store = await openPlainStore();
  const { folders } = store.reads;
  await store.found('S7/M', [imageFile('OK', storeStartsAt, 9)]);
  expect(await folders.move([store.move('S9/M', 'S7/M')], store.standing)).toBe(true);
  const ids = async () => (await store.rows()).map(({ id }) => id);
  const before = await ids();
  await store.found(
    'S7/M',
    [1, 2, 3].map((i) => imageFile('NG', storeStartsAt - 60_000, i)),
  );
  expect(await ids()).toEqual(before);
  expect(await countStations(store)).toMatchObject({ S7: [1, 3], S4: [1, 1] });
  expect(await countStations(store)).not.toHaveProperty('S9');
  await store.db.close();
});

/** Tells the station from the second folder, and a verdict that only a person can give. */
const stationOfCamera = {
  path: '^[^/]+/(?<station>[^/]+)/(?<pass>OK|NG|WARN)-(?<date>\\d{8})-(?<time>\\d{6})-(?<count>\\d+)\\.jpg$',
  verdictWords: 'WARN=undecided',
};

test('an image found again under its new station before its name was read again stays one', async () => {
  const store = await openPlainStore();
  const before = (await store.rows()).map(({ id }) => id);
  await store.ask(null);
  const again = { station: 'M', part: '' };
  await store.found(
    'S9/M',
    [2, 3].map((i) => imageFile('NG', storeStartsAt - 60_000, i, again)),
  );
  await store.goOn({ namingOf: () => stationOfCamera });
  expect(await store.rereadFrom()).toBeNull();
  expect((await store.rows()).map(({ id }) => id)).toEqual(before);
  expect(await countStations(store)).toMatchObject({ M: [1, 4] });
  await store.db.close();
});

test('an image found again in its moved folder before its name was read again stays one', async () => {
  const store = await openPlainStore();
  const { folders } = store.reads;
  const before = (await store.rows()).map(({ id }) => id);
  expect(await folders.move([store.move('S9/M', 'S4/N')], store.standing)).toBe(true);
  await store.found('S4/N', [imageFile('NG', storeStartsAt - 60_000, 2)]);
  await store.goOn(store.plain);
  expect((await store.rows()).map(({ id }) => id)).toEqual(before);
  expect(await countStations(store)).toMatchObject({ S4: [1, 4] });
  expect(await store.db.read.$count(store.db.tables.repairs)).toBe(0);
  await store.db.close();
});

test('the verdict that a person gives while a name is read again stays', async () => {
  const store = await openPlainStore();
  const word = 'WARN-20261121-090000-7.jpg';
  await store.found('S8/M', [imageFile('OK', storeStartsAt, 7, { name: word, verdict: null, word: 'WARN' })]);
  const id = (await store.rows()).at(-1)!.id;
  const judge = createJudgeImage(store);
  const { folders } = store.reads;
  let asked = 0;
  const ensureLane: Folders['ensureLane'] = async (folder, named) => {
    // First for the folder itself, then for the row, which is read by then.
    if (folder.path === 'S8/M' && ++asked === 2) await judge(id, 'NG');
    return folders.ensureLane(folder, named);
  };
  await store.ask(null);
  await store.goOn({ namingOf: () => stationOfCamera, folders: { ...folders, ensureLane } });
  expect(await store.rereadFrom()).toBeNull();
  const judged = (await store.rows()).find((row) => row.id === id);
  expect(judged).toMatchObject({ verdict: 'NG', rejudgedAt: storeStartsAt, sequence: 7 });
  expect(await countStations(store)).toMatchObject({ M: [1, 5] });
  await store.db.close();
});

test('a station that a person has renamed stays without images, and gets them when they come back', async () => {
  const store = await openPlainStore();
  const { names } = store.reads;
  const stations = createRecordStations({ ...store, siteId: names.siteIdOf(0), names, onChanged: () => {} });
  const id = names.findStationId('S9')!;
  await stations.rename(id, 'Line A');
  await store.ask(null);
  await store.goOn({ namingOf: () => stationOfCamera });
  expect(await countStations(store)).toMatchObject({ M: [1, 4] });
  await store.ask(null);
  await store.goOn(store.plain);
  expect(await countStations(store)).toMatchObject({ 'Line A': [0, 3] });
  expect(names.findStationId('S9')).toBe(id);
  await store.db.close();
});

test('of stations without images only those go that no person has touched, with all that hangs on them', async () => {
  const store = await openPlainStore();
  const { db, reads, clock } = store;
  const { names } = reads;
  const siteId = names.siteIdOf(0);
  const { alertEpisodes, stationTests, stations } = db.tables;
  const [lineId, mergedId, targetId, emptyId] = await Promise.all(
    ['line', 'merged', 'target', 'none'].map(names.ensureStation),
  );
  const record = createRecordStations({ ...store, siteId, names, onChanged: () => {} });
  await record.merge(mergedId!, lineId!);
  const targets = await createTargets(db, clock, names);
  await targets.set({ siteId, stationId: targetId!, partId: everyId }, { yield: 0.9, by: 'kim' });
  const stationId = emptyId!;
  const at = storeStartsAt;
  await db.tx(async (q) => {
    await q
      .insert(alertEpisodes)
      .values({ stationId, alarm: 'ngBurst', raisedAt: at, beganAt: at, grounds: {} });
    await q.insert(stationTests).values({ stationId, at, state: {} });
  });
  await store.ask(null);
  await store.goOn(store.plain);
  const kept = await db.read.select({ name: stations.name }).from(stations);
  expect(kept.map(({ name }) => name).sort()).toEqual(['A', 'B', 'S4', 'S9', 'line', 'merged', 'target']);
  expect(await db.read.$count(alertEpisodes)).toBe(0);
  expect(await db.read.$count(stationTests)).toBe(0);
  expect(await names.ensureStation('new')).toBeGreaterThan(stationId);
  // An image on its way when its station went.
  const heard = { namedAt: at - hourMs, foundAt: at, modifiedAt: at };
  await createRecordClocks(db, names).note(stationId, [heard, heard, heard, heard, heard]);
  expect(names.findStationRow(stationId)).toBeUndefined();
  await db.close();
});
