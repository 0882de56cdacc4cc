import { once } from 'node:events';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { countRows, findBookFaults } from './books.ts';
import { mayMount, mountMemory, remountReadOnly } from './mounts.ts';
import { imageName, writeImage } from './plant-images.ts';
import { createFaultPlant, type FaultPlant, type PlantProcess, waitUntil } from './plant-process.ts';

const isRoot = process.getuid?.() === 0;
const canMount = mayMount();
const pages = ['/', '/overview', '/stations/S9', '/sources', '/settings'];

function writeImages({ watchDir }: FaultPlant, count: number): void {
  for (let i = 0; i < count; i++) writeImage(watchDir, `S9/OR-3CT/${imageName('OK', Date.now(), i)}`);
}

async function readTotal(running: PlantProcess): Promise<number> {
  const answer = await running.fetch('/api/stats?start=2000-01-01&end=2100-01-01', { method: 'POST' });
  return ((await answer.json()) as { total_count: number }).total_count;
}

async function expectDegradedAndSaid(running: PlantProcess, plant: FaultPlant): Promise<void> {
  const health = await running.fetch('/health');
  expect([health.status, await health.json()]).toEqual([
    503,
    expect.objectContaining({ status: 'degraded' }),
  ]);
  for (const page of pages) {
    const answer = await running.fetch(page);
    expect([page, answer.status]).toEqual([page, 200]);
    expect(await answer.text(), page).toContain(plant.stateDir);
  }
}

/** So many messages, and nothing of the program's inside. */
async function expectRefusal(running: PlantProcess, message: RegExp, sentences = 1): Promise<void> {
  expect(await running.exited).toBe(1);
  const fatal = running
    .output()
    .split('\n')
    .filter((line) => line.includes('"level":60'));
  expect(fatal).toHaveLength(sentences);
  const messages = fatal.map((line) => (JSON.parse(line) as { msg: string }).msg);
  expect(messages.join('\n')).toMatch(message);
  expect(running.output()).not.toMatch(/\bat .*\.[jt]s:\d+|node:internal/);
}

/** For root, only a read-only mount is read-only. */
function makeReadOnly(folder: string): Disposable {
  if (!isRoot) {
    chmodSync(folder, 0o555);
    return { [Symbol.dispose]: () => chmodSync(folder, 0o755) };
  }
  const disk = mountMemory(folder, '8m');
  remountReadOnly(disk.path);
  return disk;
}

test.skipIf(isRoot && !canMount)(
  'with a read-only state folder it starts, counts, and says on every page that nothing lasts',
  async () => {
    await using plant = createFaultPlant();
    using _readOnly = makeReadOnly(plant.stateDir);
    writeImages(plant, 30);
    const running = await plant.start();
    await running.listening;
    await waitUntil('all is counted', async () => (await readTotal(running)) === 30);
    await expectDegradedAndSaid(running, plant);
    expect(readdirSync(plant.stateDir)).toEqual([]);
    expect(await running.terminate()).toMatchObject({ code: 0 });
  },
);

test('a state folder that is missing is made, with all folders above it', async () => {
  await using plant = createFaultPlant();
  rmdirSync(plant.stateDir);
  writeImages(plant, 30);
  const dbPath = join(plant.stateDir, 'deeper', 'data.sqlite');
  const running = await plant.start({ DB_PATH: dbPath });
  await running.listening;
  await waitUntil('all is counted', () => countRows(dbPath) === 30);
  expect((await running.fetch('/health')).status).toBe(200);
});

test('a missing watch folder is offline, a file at its path is reported, and the folder is found once it exists', async () => {
  await using plant = createFaultPlant();
  rmdirSync(plant.watchDir);
  const running = await plant.start();
  await running.listening;
  await waitUntil('it is offline', async () => (await running.source()).state === 'offline');
  expect(await running.text('/')).toContain('offline');
  expect(await (await running.fetch('/api/scan', { method: 'POST' })).json()).toEqual({
    scanned: 0,
    added: 0,
    note: `watch dir not found: ${plant.watchDir}`,
  });
  mkdirSync(plant.watchDir);
  writeImages(plant, 30);
  await waitUntil('all is counted', () => countRows(plant.dbPath) === 30);
  await waitUntil('it is online', async () => (await running.source()).state === 'online');
  await running.terminate();

  const onFile = await plant.start({ WATCH_DIR: plant.dbPath });
  await onFile.listening;
  await waitUntil('it is offline', async () => (await onFile.source()).state === 'offline');
  expect((await onFile.source()).reason).toBe('This is a file, not a folder');
  expect((await onFile.fetch('/')).status).toBe(200);
});

test.each([
  {
    what: 'a text',
    damage: (path: string) =>
      writeFileSync(path, "this is not a database, but somebody's notes\n".repeat(200)),
  },
  { what: 'cut in half', damage: (path: string) => truncateSync(path, readFileSync(path).length / 2) },
  {
    what: 'overwritten within',
    damage: (path: string) => {
      const bytes = readFileSync(path);
      writeFileSync(path, bytes.fill(0xa5, 4096, bytes.length - 4096));
    },
  },
])(
  'a database file that is $what is set aside and said, and all images are found again',
  async ({ damage }) => {
    await using plant = createFaultPlant();
    writeImages(plant, 600);
    const first = await plant.start();
    await first.listening;
    await waitUntil('all is counted', () => countRows(plant.dbPath) === 600);
    expect(await first.terminate()).toMatchObject({ code: 0 });
    damage(plant.dbPath);
    const damaged = readFileSync(plant.dbPath);

    const second = await plant.start();
    await second.listening;
    await waitUntil('all is counted again', async () => (await readTotal(second)) === 600);
    expect(findBookFaults(plant.dbPath)).toEqual([]);
    const aside = readdirSync(plant.stateDir).find((name) => /^data\.sqlite\.corrupt-[\dT-]+$/.test(name));
    expect(readFileSync(join(plant.stateDir, aside!)).equals(damaged)).toBe(true);
    expect(await second.text('/')).toContain(aside);
    expect(second.output()).not.toMatch(/\bat .*\.[jt]s:\d+|node:internal/);
  },
);

test('a database of another program is refused in one sentence where names collide, and left as it is', async () => {
  await using plant = createFaultPlant();
  const foreign = new BetterSqlite(plant.dbPath);
  foreign.exec("create table stations (radio text); insert into stations values ('FM4')");
  foreign.close();
  const before = readFileSync(plant.dbPath);
  await expectRefusal(
    await plant.start(),
    /database of another program.*"stations".*Set DB_PATH to another file\.$/,
  );
  expect(readFileSync(plant.dbPath).equals(before)).toBe(true);
});

test('the database of the system it replaces may stay where it is, and keeps its tables', async () => {
  await using plant = createFaultPlant();
  const old = new BetterSqlite(plant.dbPath);
  old.exec("create table images (path text); insert into images values ('/data/S9/x.jpg')");
  old.close();
  writeImages(plant, 30);
  const running = await plant.start();
  await running.listening;
  await waitUntil('all is counted', async () => (await readTotal(running)) === 30);
  await running.terminate();
  const after = new BetterSqlite(plant.dbPath, { readonly: true });
  expect(after.prepare('select path from images').pluck().all()).toEqual(['/data/S9/x.jpg']);
  after.close();
});

test('a folder under the name of the database is refused in one sentence', async () => {
  await using plant = createFaultPlant();
  mkdirSync(plant.dbPath);
  await expectRefusal(await plant.start(), /^The database .*data\.sqlite cannot be opened/);
});

test('ports and certificates that cannot be used stop the start in one sentence with their setting', async () => {
  await using plant = createFaultPlant();
  await using taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const notThere = join(plant.stateDir, 'none.crt');
  // Faults in two settings are both reported.
  const refusals: [env: Record<string, string>, message: RegExp, sentences?: number][] = [
    [{ COMPAT_PORTS: `${port}` }, new RegExp(`Port ${port} is in use.*COMPAT_PORTS to a free one`)],
    [{ IMAGE_RECEIVER_PORT: `${port}` }, new RegExp(`Port ${port} .*IMAGE_RECEIVER_PORT`)],
    [{ COMPAT_PORTS: '5000,5000' }, /Port 5000 is named more than once/],
    [{ TLS_CERT: notThere }, /TLS_CERT is set and TLS_KEY is not/, 2],
    [
      { TLS_CERT: notThere, TLS_KEY: notThere },
      /TLS_CERT .*none\.crt cannot be read: there is no such file.*TLS_KEY .*none\.crt cannot be read/s,
      2,
    ],
  ];
  for (const [env, message, sentences] of refusals)
    await expectRefusal(await plant.start(env), message, sentences);
});
