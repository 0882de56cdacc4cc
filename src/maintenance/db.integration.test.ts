import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { createLog } from '../kernel/log.ts';
import { type Db, openDb, openSqliteDb } from '../schema/db.ts';
import { createTestClock } from '../testing/test-clock.ts';

const script = fileURLToPath(new URL('./db.ts', import.meta.url));

function createPlant() {
  const folder = mkdtempSync(join(tmpdir(), 'linesight-db-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'data.sqlite');
  const env = { ...process.env, DB_PATH: path, WATCH_DIR: join(folder, 'watch') };
  const run = (...words: string[]) =>
    new Promise<{ code: number; said: string }>((resolve) => {
      execFile(process.execPath, [script, ...words], { env }, (error, stdout, stderr) =>
        resolve({ code: error ? 1 : 0, said: stdout + stderr }),
      );
    });
  return { folder, path, run };
}

const addStation = (db: Db, name: string) =>
  db.tx((q) => q.insert(db.tables.stations).values({ siteId: 1, name, createdAt: 0 }));
async function stationsOf(path: string): Promise<string[]> {
  const db = openSqliteDb(path);
  const rows = await db.read.select().from(db.tables.stations);
  await db.close();
  return rows.map(({ name }) => name);
}
const openAsProgram = (path: string) =>
  openDb({ path, clock: createTestClock(0), log: createLog({ level: 'silent', pretty: false }) });

test('a backup made while the program writes is whole, and restores exactly what was there then', async () => {
  const { folder, path, run } = createPlant();
  const { db } = await openAsProgram(path);
  for (let i = 0; i < 50; i++) await addStation(db, `S${i}`);
  const copy = join(folder, 'copy.sqlite');
  let isOver = false;
  const writing = (async () => {
    for (let i = 50; !isOver; i++) {
      await addStation(db, `S${i}`);
      await new Promise(setImmediate);
    }
  })();
  const { code, said } = await run('backup', '--to', copy);
  isOver = true;
  await writing;
  expect({ code, said }).toEqual({ code: 0, said: expect.stringContaining(`copied to ${copy}`) });
  await addStation(db, 'too late');
  await db.close();

  const kept = await stationsOf(copy);
  expect(kept.length).toBeGreaterThanOrEqual(50);
  expect(kept).toEqual(kept.map((_, i) => `S${i}`));
  const restored = await run('restore', '--from', copy);
  expect(restored).toEqual({ code: 0, said: expect.stringContaining('before is kept as') });
  expect(await stationsOf(path)).toEqual(kept);
  const [before = ''] = readdirSync(folder).filter((name) => name.includes('.before-'));
  expect(await stationsOf(join(folder, before))).toContain('too late');
});

test('nothing is restored over a database that a program works on', async () => {
  const { folder, path, run } = createPlant();
  const { db } = await openAsProgram(path);
  onTestFinished(() => db.close());
  await addStation(db, 'S9');
  const copy = join(folder, 'copy.sqlite');
  await run('backup', '--to', copy);
  expect(await run('restore', '--from', copy)).toEqual({
    code: 1,
    said: expect.stringContaining('stop it first'),
  });
  expect(readdirSync(folder).filter((name) => /before|incoming/.test(name))).toEqual([]);
  expect((await db.read.select().from(db.tables.stations)).length).toBe(1);
});

test.each([
  ['a file that is no database', 'x'.repeat(9000), /could not be copied/],
  ['an empty file', '', /no database of this program/],
])('%s is not restored, and what is there stays', async (_what, content, reason) => {
  const { folder, path, run } = createPlant();
  const db = openSqliteDb(path);
  await addStation(db, 'S9');
  await db.close();
  const from = join(folder, 'wrong');
  writeFileSync(from, content);
  expect(await run('restore', '--from', from)).toEqual({ code: 1, said: expect.stringMatching(reason) });
  expect(await stationsOf(path)).toEqual(['S9']);
  expect(readdirSync(folder).filter((name) => /before|incoming|part/.test(name))).toEqual([]);
});

test('nothing is restored to a place where no database was, unless that is asked for', async () => {
  const { folder, path, run } = createPlant();
  const from = join(folder, 'copy.sqlite');
  const db = openSqliteDb(from);
  await addStation(db, 'S9');
  await db.close();
  expect(await run('restore', '--from', from)).toEqual({
    code: 1,
    said: expect.stringContaining(`There is no database at ${path}`),
  });
  expect(existsSync(path)).toBe(false);
  expect(await run('restore', '--from', from, '--new')).toMatchObject({ code: 0 });
  expect(await stationsOf(path)).toEqual(['S9']);
});

test('a missing backup is reported as such, and the database stays', async () => {
  const { folder, path, run } = createPlant();
  const db = openSqliteDb(path);
  await addStation(db, 'S9');
  await db.close();
  const from = join(folder, 'gone.sqlite');
  expect(await run('restore', '--from', from)).toEqual({
    code: 1,
    said: expect.stringContaining(`There is no file ${from}`),
  });
  expect(await stationsOf(path)).toEqual(['S9']);
});

test('a backup overwrites no file, and goes to the folder of backups by default', async () => {
  const { folder, path, run } = createPlant();
  const db = openSqliteDb(path);
  await addStation(db, 'S9');
  await db.close();
  writeFileSync(join(folder, 'taken'), 'mine');
  expect(await run('backup', '--to', join(folder, 'taken'))).toMatchObject({ code: 1 });
  expect(await run('backup')).toMatchObject({ code: 0 });
  const [copy = ''] = readdirSync(join(folder, 'backups'));
  expect(copy).toMatch(/^data\.sqlite\.backup-\d{4}-/);
  expect(await stationsOf(join(folder, 'backups', copy))).toEqual(['S9']);
});

test('a wrong command lists the right ones', async () => {
  const { run } = createPlant();
  expect(await run('restor')).toEqual({
    code: 1,
    said: expect.stringContaining('npm run db -- restore --from'),
  });
});
