import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { testDialect } from '../../testing/databases.ts';
import {
  type LiveStore,
  liveFile,
  openLiveStore,
  liveStartsAt as startsAt,
} from '../../testing/live-store.ts';
import { listChannelsWithin, removeChannel } from './remove-channels.ts';

describe(`a live channel removed from ${testDialect}`, () => {
  let store: LiveStore;
  beforeEach(async () => {
    store = await openLiveStore(testDialect);
  });
  afterEach(() => store.db.close());

  const siteId = async () => (await store.db.read.select().from(store.db.tables.sites))[0]?.id ?? 0;
  const series = (count: number) =>
    Array.from({ length: count }, (_, i) => liveFile('c1', startsAt + i * 1000));

  test('takes its images and counts along in steps, and leaves the other channel whole', async () => {
    await store.found('original', series(3));
    await store.found('labeled', series(1_100));
    await store.record.recordDefects(
      { channelId: store.channels.find('labeled')?.id ?? 0, coil: 'c1', capturedAt: startsAt },
      [],
    );
    const [channel] = await listChannelsWithin(store.db, await siteId(), '/live/labeled');
    const ending = new AbortController();
    let erased = 0;
    const eraseThumbnails = async (rows: readonly unknown[]) => {
      erased += rows.length;
      if (erased === 500) ending.abort();
    };
    expect(await removeChannel(store.db, channel!, { signal: ending.signal, eraseThumbnails })).toBe(false);
    expect(await store.rows()).toHaveLength(603);
    const { signal } = new AbortController();
    expect(await removeChannel(store.db, channel!, { signal, eraseThumbnails })).toBe(true);
    expect(erased).toBe(1_100);
    expect(await store.rows()).toHaveLength(3);
    const { liveCoils, liveHours, liveDefects, liveChannels } = store.db.tables;
    const original = store.channels.find('original')?.id;
    for (const table of [liveCoils, liveHours])
      expect((await store.db.read.select().from(table)).map(({ channelId }) => channelId)).toEqual([
        original,
      ]);
    expect(await store.db.read.select().from(liveDefects)).toEqual([]);
    expect((await store.db.read.select().from(liveChannels)).map(({ key }) => key)).toEqual(['original']);
  });

  test('the ids of its images are never given out again', async () => {
    await store.found('labeled', series(5));
    const last = (await store.rows()).at(-1)?.id ?? 0;
    const [channel] = await listChannelsWithin(store.db, await siteId(), '/live/labeled');
    const { signal } = new AbortController();
    await removeChannel(store.db, channel!, { signal, eraseThumbnails: async () => {} });
    await store.found('original', series(5));
    expect((await store.rows()).filter(({ id }) => id <= last)).toEqual([]);
  });
});
