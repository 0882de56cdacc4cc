import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createWallClock } from '../../kernel/time/time-zone.ts';
import { testDialect } from '../../testing/databases.ts';
import { liveStartsAt as at, type LiveStore, liveFile, openLiveStore } from '../../testing/live-store.ts';
import type { LiveFile } from '../recording/record-live-images.ts';
import { type CurrentImages, createCurrentImages, maxCurrentCoils } from './current-images.ts';

describe(`the newest images, from ${testDialect}`, () => {
  let store: LiveStore;
  let current: CurrentImages;
  beforeEach(async () => {
    store = await openLiveStore(testDialect);
    current = createCurrentImages(store.db, store.channels, createWallClock('UTC'));
  });
  afterEach(() => store.db.close());

  const found = async (files: LiveFile[]) => current.apply(await store.found('original', files));
  const missing = async (...files: LiveFile[]) =>
    current.apply(
      await store.missing(
        'original',
        files.map(({ name }) => name),
      ),
    );
  const names = () => [current.latest('original')?.name, current.latest('original', '1')?.name];

  /** A restart must load the same newest images. */
  async function expectSameAfterRestart() {
    const restarted = createCurrentImages(store.db, store.channels, createWallClock('UTC'));
    for (const channel of store.channels.list()) await restarted.load(channel);
    expect(restarted.list()).toEqual(current.list());
  }

  test('a new image is reported as the newest of its channel or coil; an old one found late is not', async () => {
    const [first, second, old] = [liveFile('1', at), liveFile('2', at + 1000), liveFile('1', at - 1000)];
    expect(await found([first])).toMatchObject([{ kind: 'image', isNewest: true, image: { coil: '1' } }]);
    expect(await found([second])).toMatchObject([{ kind: 'image', isNewest: true, image: { coil: '2' } }]);
    expect(await found([old])).toEqual([]);
    expect(await found([first, second, old])).toEqual([]);
    expect(await found([liveFile('1', at + 500)])).toMatchObject([{ isNewest: false, image: { coil: '1' } }]);
    expect(names()).toEqual([second.name, liveFile('1', at + 500).name]);
    expect(current.find(current.latest('original')!.id)).toMatchObject({ name: second.name });
    await expectSameAfterRestart();
  });

  test('when the newest image is removed the one before becomes the newest, if there is one', async () => {
    const [first, second] = [liveFile('1', at), liveFile('1', at + 1000)];
    await found([first, second]);
    expect(await missing(second)).toMatchObject([
      { kind: 'image', isNewest: true, image: { name: first.name } },
    ]);
    await expectSameAfterRestart();
    expect(await missing(first)).toMatchObject([
      { kind: 'removed', channel: 'original', coils: ['1'], isNewest: true },
    ]);
    expect(names()).toEqual([undefined, undefined]);
    await expectSameAfterRestart();
    expect(await found([first])).toMatchObject([{ kind: 'image', isNewest: true }]);
  });

  test('an image from a clock ahead of ours is newest until the next one comes, also after a restart', async () => {
    const ahead = liveFile('1', at + 240_000);
    await found([ahead]);
    expect(names()).toEqual([ahead.name, ahead.name]);
    store.clock.advance(1_000);
    const next = liveFile('2', at + 1_000);
    expect(await found([next])).toMatchObject([{ isNewest: true, image: { name: next.name } }]);
    expect(names()[0]).toBe(next.name);
    await expectSameAfterRestart();
  });

  test('how far the clock of a camera is ahead is told where its time was not believed', async () => {
    // As the scanner hands it on: it counts for when it was found.
    await found([liveFile('1', at, 'original', { name: `1_${at + 9 * 3_600_000}_original.jpg` })]);
    expect(current.latest('original')).toMatchObject({ capturedAt: at, clockAheadMs: 9 * 3_600_000 });
    await found([liveFile('1', at + 1_000)]);
    expect(current.latest('original')).toMatchObject({ clockAheadMs: 0 });
  });

  test('a removed file that was not a newest one changes nothing', async () => {
    const files = [liveFile('1', at), liveFile('1', at + 1000)];
    await found(files);
    expect(await missing(files[0]!)).toEqual([]);
  });

  test('an overwritten newest image is reported again with its new revision', async () => {
    await found([liveFile('1', at)]);
    const changes = await found([liveFile('1', at, 'original', { sizeBytes: 2000 })]);
    expect(changes).toMatchObject([{ kind: 'image', isNewest: true, image: { revision: 1 } }]);
    expect(current.latest('original')).toMatchObject({ revision: 1, sizeBytes: 2000 });
    await expectSameAfterRestart();
  });

  test('only the coils with the newest images are kept in memory', async () => {
    const files = Array.from({ length: 80 }, (_, i) => liveFile(`${i}`, at + i * 1000));
    for (let from = 0; from < 80; from += 16) await found(files.slice(from, from + 16));
    await found([liveFile('3', at + 500_000), liveFile('5', at + 10_000)]);
    const [{ coils = [] } = {}] = current.list();
    expect(coils).toHaveLength(maxCurrentCoils);
    expect(coils.slice(0, 2).map(({ coil }) => coil)).toEqual(['3', '79']);
    expect(current.latest('original', '5')).toBeUndefined();
    await expectSameAfterRestart();
  });

  test('of several images of one instant the last one found is the newest', async () => {
    await found([liveFile('1', at, 'original', { name: 'a.jpg' })]);
    await found([liveFile('1', at, 'original', { name: 'b.jpg' })]);
    expect(names()).toEqual(['b.jpg', 'b.jpg']);
    await expectSameAfterRestart();
  });
});
