import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { drawJpeg } from '../../testing/image-plant.ts';
import { createTestApp, type TestApp, testNow } from '../../testing/test-app.ts';

const jpeg = await drawJpeg(64, 48);
const dayMs = 86_400_000;
let plant: TestApp | undefined;
afterEach(() => plant?.close());

const nameOf = (daysAgo: number, coil: string) => `${coil}_${testNow - daysAgo * dayMs}_original.jpg`;
const ages = { old: nameOf(40, 'c40'), older: nameOf(50, 'c50'), young: nameOf(3, 'c3') };

/** Three images of the main camera, in our own folder or in the one of IMAGE_BASE_PATH. */
async function start(env: Record<string, string>, isNamed = false) {
  let dir = '';
  let named: Record<string, string> = {};
  const prepare = (folder: string) => {
    dir = join(folder, isNamed ? 'pictures' : 'state/live', 'original');
    mkdirSync(dir, { recursive: true });
    for (const name of Object.values(ages)) {
      writeFileSync(join(dir, name), jpeg);
      const seconds = Number(name.split('_')[1]) / 1000;
      utimesSync(join(dir, name), seconds, seconds);
    }
  };
  if (isNamed) {
    const base = mkdtempSync(join(tmpdir(), 'linesight-live-'));
    prepare(base);
    named = { IMAGE_BASE_PATH: join(base, 'pictures') };
  }
  const all = { DEMO: '0', ...env, ...named };
  plant = await createTestApp(isNamed ? { env: all } : { env: all, before: prepare });
  const { live, retention } = plant.services;
  await live.rescan();
  await vi.waitFor(async () => expect(await live.queries.countOf('original')).toBe(3), 10_000);
  const there = () => Object.values(ages).filter((name) => existsSync(join(dir, name)));
  const policy = async () => (await retention.measure()).find(({ key }) => key === 'live');
  const clean = async () => {
    expect(retention.run()).toBe(true);
    await retention.settled();
  };
  return { live, dir, there, policy, clean, clear: () => rmSync(join(dir, '../..'), { recursive: true }) };
}

test('live images of our own folder are deleted with their rows and counts after their days, and the newest is published again', async () => {
  const { live, there, policy, clean } = await start({ RETENTION_LIVE_DAYS: '30' });
  expect(await policy()).toMatchObject({
    hindrance: null,
    holdings: { count: 3, bytes: 3 * jpeg.length, oldestAt: testNow - 50 * dayMs },
    due: { count: 2, bytes: 2 * jpeg.length },
  });
  await clean();
  expect(there()).toEqual([ages.young]);
  expect(await live.queries.countOf('original')).toBe(1);
  expect((await live.queries.coils({ channel: 'original', limit: 9 })).map(({ coil }) => coil)).toEqual([
    'c3',
  ]);
  expect(live.current.latest('original', 'c40')).toBeUndefined();
  expect(live.current.latest('original')?.name).toBe(ages.young);
  await live.rescan();
  expect(await live.queries.countOf('original')).toBe(1);
  expect(await policy()).toMatchObject({ holdings: { count: 1 }, due: { count: 0 } });
});

test('in a configured folder nothing is deleted unless allowed; rows of missing files are', async () => {
  const { live, dir, there, policy, clean, clear } = await start({ RETENTION_LIVE_DAYS: '30' }, true);
  try {
    expect(await policy()).toMatchObject({ due: { count: 0 } });
    rmSync(join(dir, ages.older));
    await live.rescan();
    await vi.waitFor(async () => expect(await live.queries.countOf('original')).toBe(2), 10_000);
    const image = (await live.queries.list({}, { limit: 9 })).map(({ name }) => name);
    expect(image).toEqual([ages.young, ages.old]);
    await clean();
    expect(there()).toEqual([ages.old, ages.young]);
    const { liveImages } = plant!.services.db.tables;
    const rows = await plant!.services.db.read.select({ name: liveImages.name }).from(liveImages);
    expect(rows.map(({ name }) => name).sort()).toEqual([ages.young, ages.old].sort());
  } finally {
    clear();
  }
});

test('where deleting is allowed, images of a configured folder are deleted, too', async () => {
  const { there, clean, clear } = await start(
    { RETENTION_DELETE_SOURCE: '1', RETENTION_LIVE_DAYS: '1' },
    true,
  );
  try {
    await clean();
    expect(there()).toEqual([]);
  } finally {
    clear();
  }
});
