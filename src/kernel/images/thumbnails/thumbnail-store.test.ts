import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestClock } from '../../../testing/test-clock.ts';
import { createLog } from '../../log.ts';
import { stripSpec } from './thumbnail.ts';
import { createThumbnailPolicy } from './thumbnail-policy.ts';
import { createThumbnailStore, type ThumbnailRequest, type ThumbnailStore } from './thumbnail-store.ts';

const log = createLog({ level: 'silent', pretty: false });
const image = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#186' } })
  .jpeg()
  .toBuffer();
const hourMs = 3_600_000;
const block = 4096;

let folder: string;
let dir: string;
let clock: ReturnType<typeof createTestClock>;
let stores: ThumbnailStore[];
let located: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'thumbnails-'));
  dir = join(folder, 'thumbnails');
  clock = createTestClock(Date.UTC(2026, 0, 5, 8));
  stores = [];
  located = [];
});
afterEach(async () => {
  await Promise.all(stores.map((store) => store.stop()));
  rmSync(folder, { recursive: true });
});

/** A store as after a start of the process: nothing in memory. */
function openStore(options: { budgetBytes?: number } = {}): ThumbnailStore {
  const store = createThumbnailStore({ dir, budgetBytes: 100 * block, clock, log, ...options });
  stores.push(store);
  return store;
}

function request(key: string, bytes = image): ThumbnailRequest {
  const realPath = join(folder, `${key}.jpg`);
  return {
    key,
    spec: stripSpec,
    locate: async () => {
      located.push(key);
      writeFileSync(realPath, bytes);
      return { ok: true, realPath };
    },
  };
}

function storedFiles(): string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) => /\.\w+$/.test(name));
}

test('a thumbnail asked for by many at once is made once, and kept over a restart', async () => {
  const store = openStore();
  const answers = await Promise.all(Array.from({ length: 20 }, () => store.get(request('a'))));
  expect(answers.every((answer) => answer.ok && answer.type === 'image/webp')).toBe(true);
  expect(await store.get(request('a'))).toMatchObject({ ok: true });
  expect(store.stats()).toMatchObject({
    rendered: 1,
    fromMemory: 1,
    fromDisk: 0,
    disk: { files: 1, bytes: block },
  });

  const restarted = openStore();
  expect(await restarted.get(request('a'))).toEqual(answers[0]);
  expect(restarted.stats()).toMatchObject({ rendered: 0, fromDisk: 1 });
  expect(located).toEqual(['a']);
});

test('how long drawing took is known of what was drawn, and of nothing else', async () => {
  const store = openStore();
  await store.get(request('a'));
  await store.get(request('a'));
  await store.get(request('cut', image.subarray(0, 200)));
  const [strip, ...others] = store.drawTimes();
  expect(strip).toMatchObject({ name: stripSpec.name, width: stripSpec.width, count: 1 });
  expect(strip!.p50Ms).toBeGreaterThan(0);
  expect(others).toEqual([]);
});

test('what was made ahead is there when a viewer asks', async () => {
  const store = openStore();
  await store.makeAhead(request('a'));
  await store.get(request('a'));
  expect([located, store.stats().fromMemory]).toEqual([['a'], 1]);
});

test('after a start the kept thumbnails are being counted, not none', async () => {
  await openStore().get(request('a'));
  const restarted = openStore();
  const policy = createThumbnailPolicy(restarted, folder);
  expect(await policy.read()).toMatchObject({ isCounting: true });
  await restarted.sweep();
  expect(await policy.read()).toEqual({ count: 1, bytes: block, oldestAt: null, isCounting: false });
});

test('one bad image never stops the others', async () => {
  const store = openStore();
  const gone: ThumbnailRequest = {
    ...request('gone'),
    locate: async () => ({ ok: false, reason: 'missing', message: 'the file is gone' }),
  };
  const broken: ThumbnailRequest = {
    ...request('broken'),
    locate: () => Promise.reject(new Error('share lost')),
  };
  const answers = await Promise.allSettled(
    [
      request('a'),
      request('cut', image.subarray(0, 200)),
      gone,
      broken,
      request('empty', Buffer.alloc(0)),
      request('b'),
    ].map(store.get),
  );
  const outcomes = answers.map((answer) =>
    answer.status === 'rejected' ? 'thrown' : answer.value.ok || answer.value.reason,
  );
  expect(outcomes).toEqual([true, 'truncated', 'missing', 'thrown', 'truncated', true]);
  expect(storedFiles()).toHaveLength(2);
});

test('a thumbnail of which a power cut left only a part is made again', async () => {
  await openStore().get(request('a'));
  const [name] = storedFiles();
  for (const left of [Buffer.alloc(0), Buffer.alloc(60), Buffer.from('RIFF')]) {
    writeFileSync(join(dir, name!), left);
    expect(await openStore().get(request('a'))).toMatchObject({ ok: true });
    expect(statSync(join(dir, name!)).size).toBeGreaterThan(60);
  }
});

test('above the budget the least recently used are evicted, down to nine tenths', async () => {
  const store = openStore({ budgetBytes: 10 * block });
  for (let index = 0; index < 10; index++) {
    await store.get(request(`image-${index}`));
    clock.advance(hourMs);
  }
  // Looked at again, by a process that does not have it in memory.
  await openStore().get(request('image-0'));
  clock.advance(hourMs);
  await store.get(request('image-10'));
  await store.sweep();
  expect(store.stats().disk).toMatchObject({ files: 9, bytes: 9 * block, evictedFiles: 2 });

  located = [];
  const restarted = openStore();
  for (let index = 10; index >= 0; index--) await restarted.get(request(`image-${index}`));
  expect(located).toEqual(['image-2', 'image-1']);
});

test('thumbnails of one burst stay below the budget too', async () => {
  const store = openStore({ budgetBytes: 10 * block });
  await Promise.all(Array.from({ length: 40 }, (_, index) => store.get(request(`${index}`))));
  await store.sweep();
  expect(storedFiles().length).toBeLessThanOrEqual(11);
  expect(store.stats()).toMatchObject({ rendered: 40 });
});

test('a start counts what is there, clears away what a killed process left and touches nothing else', async () => {
  await openStore().get(request('a'));
  const [name] = storedFiles();
  const left = join(dir, `${name}.00ff.tmp`);
  const foreign = [
    join(dir, 'README.txt'),
    join(dirname(left), 'holiday.jpg'),
    join(dirname(left), 'note.tmp'),
  ];
  for (const path of [left, ...foreign]) writeFileSync(path, 'x');

  const restarted = openStore();
  await restarted.sweep();
  expect(restarted.stats().disk).toMatchObject({ files: 1, bytes: block, sweptAt: clock.now() });
  expect([existsSync(left), ...foreign.map((path) => existsSync(path))]).toEqual([false, true, true, true]);
});

test('where nothing can be stored, images are still shown and the figures say why', async () => {
  writeFileSync(dir, 'a file where the folder should be');
  const store = openStore();
  expect(await store.get(request('a'))).toMatchObject({ ok: true });
  expect(store.stats()).toMatchObject({ rendered: 1, storeError: { code: 'ENOTDIR', since: clock.now() } });

  rmSync(dir);
  mkdirSync(dir);
  expect(await store.get(request('b'))).toMatchObject({ ok: true });
  expect([store.stats().storeError, storedFiles().length]).toEqual([null, 1]);
});

test('when too many wait, the next request is refused at once', async () => {
  const store = openStore();
  const hold = Promise.withResolvers<void>();
  const slow = (key: string): ThumbnailRequest => ({
    ...request(key),
    locate: async () => {
      await hold.promise;
      return { ok: false, reason: 'missing', message: '' };
    },
  });
  const waiting = Array.from({ length: 520 }, (_, index) => store.get(slow(`${index}`)));
  const turnedAway = await Promise.race(waiting);
  expect(turnedAway).toMatchObject({ ok: false, reason: 'busy' });
  hold.resolve();
  const reasons = (await Promise.all(waiting)).map((answer) => !answer.ok && answer.reason);
  expect(reasons.filter((reason) => reason === 'missing').length).toBeGreaterThanOrEqual(500);
});

test('a stopped store turns everything away and leaves no half-made thumbnail', async () => {
  const store = openStore();
  const running = Array.from({ length: 8 }, (_, index) => store.get(request(`${index}`)));
  await store.stop();
  await Promise.all(running);
  expect(await store.get(request('later'))).toMatchObject({ ok: false, reason: 'busy' });
  expect(storedFiles().every((name) => name.endsWith('.webp'))).toBe(true);
});

test('a fleeting thumbnail is kept in memory only, until it is requested again later', async () => {
  const store = openStore();
  expect(await store.makeAhead({ ...request('a'), isFleeting: true })).toMatchObject({ ok: true });
  expect(store.recall('a', stripSpec)).toMatchObject({ ok: true });
  expect(storedFiles()).toEqual([]);
  expect(await openStore().get(request('a'))).toMatchObject({ ok: true });
  expect(storedFiles()).toHaveLength(1);
});
