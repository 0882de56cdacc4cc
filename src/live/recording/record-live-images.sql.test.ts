import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { testDialect } from '../../testing/databases.ts';
import { liveStartsAt as at, type LiveStore, liveFile, openLiveStore } from '../../testing/live-store.ts';

describe(`live images recorded in ${testDialect}`, () => {
  let store: LiveStore;
  beforeEach(async () => {
    store = await openLiveStore(testDialect);
  });
  afterEach(() => store.db.close());

  /** The roll-ups, to be compared with the rows. */
  async function rollUps() {
    const { liveChannels, liveCoils, liveHours } = store.db.tables;
    const { read } = store.db;
    const channels = await read.select().from(liveChannels).orderBy(liveChannels.id);
    const coils = await read.select().from(liveCoils).orderBy(liveCoils.channelId, liveCoils.coil);
    const hours = await read
      .select()
      .from(liveHours)
      .orderBy(liveHours.channelId, liveHours.startAt, liveHours.coil);
    return { channels: channels.map(({ imageCount }) => imageCount), coils, hours };
  }

  async function recount() {
    const rows = (await store.rows()).filter(({ missingAt }) => missingAt === null);
    const counts = new Map<string, number>();
    for (const { channelId, coil, capturedAt } of rows) {
      for (const key of [
        `${channelId}:${coil}`,
        `${channelId}:${coil}:${Math.floor(capturedAt / 3_600_000)}`,
      ])
        counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return counts;
  }

  async function expectTrueCounts() {
    const { channels, coils, hours } = await rollUps();
    const expected = await recount();
    const recorded = new Map([
      ...coils.map((row) => [`${row.channelId}:${row.coil}`, row.imageCount] as const),
      ...hours.map(
        (row) => [`${row.channelId}:${row.coil}:${row.startAt / 3_600_000}`, row.imageCount] as const,
      ),
    ]);
    expect(recorded).toEqual(expected);
    const rows = (await store.rows()).filter(({ missingAt }) => missingAt === null);
    expect(channels).toEqual([1, 2].map((id) => rows.filter(({ channelId }) => channelId === id).length));
    for (const { channelId, coil, firstAt, lastAt } of coils) {
      const times = rows
        .filter((row) => row.channelId === channelId && row.coil === coil)
        .map((row) => row.capturedAt);
      expect([firstAt, lastAt]).toEqual([Math.min(...times), Math.max(...times)]);
    }
  }

  test('a batch is recorded with all facts of its files, and counted by channel, coil and hour', async () => {
    const recorded = await store.found('original', [
      liveFile('2891', at),
      liveFile('2891', at + 5000, 'original', { sizeBytes: null, modifiedAt: null }),
      liveFile('', at + 3_600_000),
    ]);
    expect(recorded).toMatchObject({ added: 3, reread: 0, missing: 0, gone: [] });
    expect(recorded.rows.map(({ coil, capturedAt }) => [coil, capturedAt]).sort()).toEqual([
      ['', at + 3_600_000],
      ['2891', at + 5000],
    ]);
    const [first, second] = await store.rows();
    expect(first).toMatchObject({ coil: '2891', capturedAt: at, sizeBytes: 1000, foundAt: at, revision: 0 });
    expect(second).toMatchObject({ sizeBytes: null, modifiedAt: null, missingAt: null });
    await expectTrueCounts();
  });

  test('the same batch again changes nothing', async () => {
    const batch = [liveFile('2891', at), liveFile('2892', at + 1000)];
    await store.found('original', batch);
    const before = [await store.rows(), await rollUps()];
    store.clock.advance(60_000);
    expect(await store.found('original', [...batch, ...batch])).toMatchObject({
      added: 0,
      reread: 0,
      rows: [],
    });
    expect([await store.rows(), await rollUps()]).toEqual(before);
  });

  test('an overwritten file gets the next revision, and moves when its time is that of its content', async () => {
    const file = liveFile('', at, 'original', { name: 'snapshot.jpg' });
    await store.found('original', [file, liveFile('2891', at)]);
    const later = { ...file, capturedAt: at + 7_200_000, modifiedAt: at + 7_200_000 };
    const recorded = await store.found('original', [later]);
    expect(recorded).toMatchObject({ added: 0, reread: 1 });
    expect(recorded.rows).toMatchObject([{ name: 'snapshot.jpg', revision: 1, capturedAt: at + 7_200_000 }]);
    await expectTrueCounts();
  });

  test('an old file taken by its name gets its size when it is read again, without a new revision', async () => {
    await store.found('original', [liveFile('1', at, 'original', { sizeBytes: null, modifiedAt: null })]);
    expect(await store.found('original', [liveFile('1', at)])).toMatchObject({ reread: 0, rows: [] });
    expect(await store.rows()).toMatchObject([{ sizeBytes: 1000, revision: 0 }]);
  });

  test('removed files are no longer counted until they come back', async () => {
    const files = [0, 1, 2].map((i) => liveFile('2891', at + i * 3_600_000));
    await store.found('original', [...files, liveFile('2892', at)]);
    await store.found('labeled', [liveFile('2891', at, 'labeled')]);
    store.clock.advance(1000);
    const names = [files[2]!.name, files[0]!.name, 'unknown.jpg', liveFile('2892', at).name];
    const gone = await store.missing('original', names);
    expect(gone).toMatchObject({ missing: 3, added: 0 });
    expect(gone.gone.map(({ name }) => name).sort()).toEqual([names[0], names[1], names[3]].sort());
    await expectTrueCounts();
    expect(await store.missing('original', names)).toMatchObject({ missing: 0 });
    expect(await store.found('original', [files[0]!])).toMatchObject({ added: 0, reread: 1 });
    expect((await store.rows())[0]).toMatchObject({ missingAt: null, revision: 0 });
    await expectTrueCounts();
  });

  test('a thousand files of many coils with some known among them are counted once each', async () => {
    const files = Array.from({ length: 1000 }, (_, i) => liveFile(`${i % 90}`, at + i * 60_000));
    await store.found('original', files.slice(300, 700));
    const recorded = await store.found('original', files);
    expect(recorded.added).toBe(600);
    expect(recorded.rows).toHaveLength(50);
    expect(Math.max(...recorded.rows.map(({ capturedAt }) => capturedAt))).toBe(at + 999 * 60_000);
    await expectTrueCounts();
  });

  test('images that an earlier version dated ahead of now are dated by when they were found, once', async () => {
    const ahead = Array.from({ length: 450 }, (_, i) => liveFile(`${i % 3}`, at + 400_000 + i * 60_000));
    const soon = liveFile('1', at + 240_000);
    await store.found('original', [...ahead, soon, liveFile('1', at)]);
    await store.missing('original', [ahead[7]!.name]);
    await store.found('labeled', [liveFile('9', at + 900_000, 'labeled')]);
    const id = store.channels.find('original')!.id;
    for (let round = 0; round < 2; round++) {
      await store.record.settleFuture(id);
      const rows = await store.rows();
      expect(rows.filter(({ capturedAt }) => capturedAt === at)).toHaveLength(451);
      expect(rows.filter(({ capturedAt }) => capturedAt > at).map(({ name }) => name)).toEqual([
        soon.name,
        liveFile('9', at + 900_000, 'labeled').name,
      ]);
      await expectTrueCounts();
    }
  });

  test('defects are stored, and later data replaces earlier', async () => {
    const [image] = (await store.found('original', [liveFile('7', at)])).rows;
    const { queries, record } = store;
    const found = (await queries.find(image!.id))!;
    expect(await queries.defectsOf(found)).toBeUndefined();
    await record.recordDefects(
      { channelId: store.channels.find('original')!.id, coil: '7', capturedAt: at },
      { boxes: [[1, 2, 3, 4]] },
    );
    await record.recordDefects(
      { channelId: store.channels.find('original')!.id, coil: '7', capturedAt: at },
      [{ 종류: '긁힘' }],
    );
    expect(await queries.defectsOf(found)).toEqual([{ 종류: '긁힘' }]);
  });
});
