import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type Db, openDb, openSqliteDb } from '../../../schema/db.ts';
import { createTestClock } from '../../../testing/test-clock.ts';
import { createLog } from '../../log.ts';

const clock = createTestClock(Date.parse('2025-09-06T10:21:31Z'));
const aside = 'data.sqlite.corrupt-2025-09-06T10-21-31';

function temporaryPath(): { folder: string; path: string } {
  const folder = mkdtempSync(join(tmpdir(), 'linesight-db-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return { folder, path: join(folder, 'data.sqlite') };
}

/** The check is a process of its own, which takes a while to start on a busy machine. */
async function open(path: string, checkPatienceMs = 15_000) {
  const lines: string[] = [];
  const destination = { write: (line: string) => lines.push(line) };
  const log = createLog({ level: 'info', pretty: false, destination });
  const opened = await openDb({ path, clock, log, checkPatienceMs });
  onTestFinished(() => opened.db.close());
  return { ...opened, logged: () => lines.join('') };
}

async function fillAndClose(db: Db, count = 2000): Promise<void> {
  const { stations } = db.tables;
  await db.tx(async (q) => {
    for (let i = 0; i < count; i++)
      await q.insert(stations).values({ siteId: 1, name: `S${i}`, createdAt: 0 });
  });
  await db.close();
}

const countStations = async ({ read, tables }: Db) => (await read.select().from(tables.stations)).length;

/** Overwrites some pages in the middle of the file. */
function damage(path: string): void {
  const bytes = readFileSync(path);
  bytes.fill(0x5a, Math.floor(bytes.length / 2), Math.floor(bytes.length / 2) + 12_000);
  writeFileSync(path, bytes);
}

test('a whole database is opened with its rows and without a word', async () => {
  const { path, folder } = temporaryPath();
  await fillAndClose(openSqliteDb(path), 3);
  const { db, notes, logged } = await open(path);
  expect(await countStations(db)).toBe(3);
  expect([notes(), logged()]).toEqual([[], '']);
  expect(readdirSync(folder).filter((name) => name.includes('corrupt'))).toEqual([]);
});

test.each([
  ['whose pages are overwritten', damage],
  ['whose header is lost', (path: string) => writeFileSync(path, Buffer.alloc(50_000))],
  ['that is cut off', (path: string) => writeFileSync(path, readFileSync(path).subarray(0, 30_000))],
])('a database %s is set aside, said, and never served', async (_what, harm) => {
  const { path, folder } = temporaryPath();
  await fillAndClose(openSqliteDb(path));
  harm(path);
  const harmed = readFileSync(path);
  const { db, notes, logged } = await open(path);
  expect(await countStations(db)).toBe(0);
  expect(readFileSync(join(folder, aside))).toEqual(harmed);
  expect(notes()).toEqual([
    {
      key: 'corrupt',
      values: { file: path, aside: join(folder, aside), reason: expect.stringMatching(/./) },
    },
  ]);
  expect(logged()).toContain('damaged and was set aside');
});

test('damage that the start meets before the check has found it sets the file aside as well', async () => {
  const { path, folder } = temporaryPath();
  await fillAndClose(openSqliteDb(path));
  writeFileSync(path, readFileSync(path).subarray(0, 30_000));
  const { db, notes, logged } = await open(path, 0);
  expect(await countStations(db)).toBe(0);
  expect(notes().map(({ key }) => key)).toEqual(['corrupt']);
  expect(logged()).toContain('damaged and was set aside');
  expect(existsSync(join(folder, aside))).toBe(true);
});

test('damage found behind the last start sets the file aside at this one', async () => {
  const { path, folder } = temporaryPath();
  await fillAndClose(openSqliteDb(path), 3);
  writeFileSync(`${path}.damaged`, 'row 7 missing from index');
  const { db, notes } = await open(path);
  expect(await countStations(db)).toBe(0);
  expect(notes()[0]?.values.reason).toBe('row 7 missing from index');
  expect(existsSync(join(folder, aside))).toBe(true);
  expect(existsSync(`${path}.damaged`)).toBe(false);
});

test.each([
  ['noted for the next one', false],
  ['said also where it cannot be noted', true],
])('damage found behind the start is %s', async (_, isBarred) => {
  const { path } = temporaryPath();
  await fillAndClose(openSqliteDb(path));
  const bytes = readFileSync(path);
  // What an index says no more, and no look at the header or a table finds.
  writeFileSync(path, bytes.fill(0x5a, bytes.length - 4096));
  if (isBarred) mkdirSync(`${path}.damaged`);
  const { notes, logged } = await open(path, 0);
  await vi.waitFor(() => expect(notes().map(({ key }) => key)).toContain('damaged'), 10_000);
  await vi.waitFor(() => expect(logged()).toContain('set aside at the next start'), 10_000);
  expect(logged().includes('could not be noted')).toBe(isBarred);
  if (!isBarred) expect(readFileSync(`${path}.damaged`, 'utf8')).not.toBe('');
});

test('a damaged file that another program works on is left where it is', async () => {
  const { path } = temporaryPath();
  const first = await open(path);
  writeFileSync(`${path}.damaged`, 'row 7 missing from index');
  await expect(open(path)).rejects.toMatchObject({ code: 'conflict' });
  expect(await countStations(first.db)).toBe(0);
  expect(existsSync(path)).toBe(true);
});

test('of files set aside the newest three are kept', async () => {
  const { path, folder } = temporaryPath();
  for (const day of [1, 2, 3, 4]) {
    writeFileSync(path, 'x'.repeat(5000));
    const { db } = await openDb({
      path,
      clock: createTestClock(Date.UTC(2025, 8, day)),
      log: createLog({ level: 'silent', pretty: false }),
    });
    await db.close();
  }
  const kept = readdirSync(folder).filter((name) => name.includes('.corrupt-'));
  expect(kept.map((name) => name.slice(-19, -9))).toEqual(['2025-09-02', '2025-09-03', '2025-09-04']);
});

test('a database of a newer version is refused, with what to do, and left as it is', async () => {
  const { path } = temporaryPath();
  await fillAndClose(openSqliteDb(path), 3);
  const raw = new BetterSqlite(path);
  raw
    .prepare('insert into __drizzle_migrations (hash, created_at) values (?, ?)')
    .run('x', Date.UTC(2999, 0, 1));
  raw.close();
  await expect(open(path)).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/newer than this program.*2999-01-01.*newer version/),
  });
  const after = new BetterSqlite(path, { readonly: true });
  expect(after.prepare('select count(*) from stations').pluck().get()).toBe(3);
  after.close();
});

test('a start does not wait for the check of a large file', async () => {
  const { path } = temporaryPath();
  await fillAndClose(openSqliteDb(path), 3);
  const checks = await import('./sqlite-check.ts');
  const check = await checks.checkSqliteFile(path, 0);
  expect(check.damage).toBeUndefined();
  await vi.waitFor(async () => expect(await check.rest).toBeUndefined(), 10_000);
});
