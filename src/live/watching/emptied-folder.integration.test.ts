import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eq } from 'drizzle-orm';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { drawJpeg } from '../../testing/image-plant.ts';
import { connectSocket } from '../../testing/socket-client.ts';
import { createTestApp, type TestApp, testNow } from '../../testing/test-app.ts';

const jpeg = await drawJpeg(16, 12);
const patience = { timeout: 30_000, interval: 20 };
vi.setConfig({ testTimeout: 90_000 });
let plant: TestApp | undefined;
afterEach(() => plant?.close());

const ways = [
  ['a few files, with events', 3, { WATCH_MODE: 'events' }],
  ['a few files, polled', 3, { WATCH_MODE: 'poll', POLL_INTERVAL_SEC: '1' }],
  ['many files, an event each', 300, { WATCH_MODE: 'events' }],
] as const;

async function start(files: number, env: Record<string, string>) {
  let folder = '';
  plant = await createTestApp({
    env: { DEMO: '0', ...env },
    before: (root) => {
      folder = join(root, 'state', 'live', 'original');
      mkdirSync(folder, { recursive: true });
      for (let i = 0; i < files; i++)
        writeFileSync(join(folder, `7_${testNow - i * 1000}_original.jpg`), jpeg);
    },
  });
  const { live } = plant.services;
  await live.rescan();
  await vi.waitFor(async () => expect(await live.queries.countOf('original')).toBe(files), patience);
  return { live, folder };
}
const empty = (folder: string) => {
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
};

test.each(ways)('removing the last picture of a folder leaves none: %s', async (_, files, env) => {
  const { live, folder } = await start(files, env);
  empty(folder);
  await vi.waitFor(() => expect(live.current.latest('original')).toBeUndefined(), patience);
  expect(await live.queries.countOf('original')).toBe(0);
  expect(live.camera('main')?.offlineReason).toBeNull();
  // The next start does not expect them either.
  const { db } = plant!.services;
  const { liveChannels } = db.tables;
  await vi.waitFor(async () => {
    const rows = await db.read
      .select({ fileCount: liveChannels.fileCount })
      .from(liveChannels)
      .where(eq(liveChannels.key, 'original'));
    expect(rows).toEqual([{ fileCount: 0 }]);
  }, patience);
});

test.each(ways)('a client of S5 receives the removal of the last picture: %s', async (_, files, env) => {
  const { live, folder } = await start(files, { ...env, PORT: '0', HOST: '127.0.0.1' });
  const url = (await plant!.listen()).replace('http', 'ws');
  const clients = ['/', '/ws/images'].map((path) => connectSocket(`${url}${path}`));
  onTestFinished(() => {
    for (const { socket } of clients) socket.terminate();
  });
  const heard = () => clients.map(({ messages }) => messages.map((text) => JSON.parse(text)));
  await vi.waitFor(
    () => expect(heard().map(([first]) => first?.type)).toEqual(['current_images', 'current_images']),
    patience,
  );
  empty(folder);
  const gone = { type: 'image_update', data: { type: 'original', deleted: true }, timestamp: testNow };
  await vi.waitFor(() => expect(heard().map((all) => all.at(-1))).toEqual([gone, gone]), patience);
  const again = connectSocket(url);
  onTestFinished(() => again.socket.terminate());
  await vi.waitFor(() => expect(again.messages).toHaveLength(1), patience);
  expect(JSON.parse(again.messages[0]!)).toEqual({ type: 'current_images', data: {}, timestamp: testNow });
  writeFileSync(join(folder, `8_${testNow}_original.jpg`), jpeg);
  await live.rescan();
  const next = { type: 'image_update', data: { coil_number: '8', type: 'original' } };
  await vi.waitFor(() => expect(heard().map((all) => all.at(-1))).toMatchObject([next, next]), patience);
  for (const all of heard()) expect(all.filter(({ data }) => data.deleted)).toEqual([gone]);
});

test.each([
  ['that another folder replaces', 3, { WATCH_MODE: 'events' }, true],
  ['that loses many files between two polls', 150, { WATCH_MODE: 'poll', POLL_INTERVAL_SEC: '1' }, false],
])('a folder %s counts as away, and its pictures stay', async (_, files, env, isReplaced) => {
  const { live, folder } = await start(files, env);
  if (isReplaced) {
    renameSync(folder, `${folder}.aside`);
    mkdirSync(folder);
  } else empty(folder);
  await vi.waitFor(() => expect(live.camera('main')?.offlineReason).toBe('emptied'), patience);
  await sleep(1_500);
  expect(await live.queries.countOf('original')).toBe(files);
  expect(live.current.latest('original')).toBeDefined();
});
