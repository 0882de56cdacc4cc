import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { expect, onTestFinished, test } from 'vitest';
import { type Db, openSqliteDb } from '../../../schema/db.ts';

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'linesight-db-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

function openTemporary(): Db {
  const db = openSqliteDb(join(temporaryFolder(), 'state', 'data.sqlite'));
  onTestFinished(() => db.close());
  return db;
}

const rowOf = (name: string) => ({ siteId: 1, name, createdAt: 0 });

async function stationNames(db: Db): Promise<string[]> {
  const rows = await db.read.select({ name: db.tables.stations.name }).from(db.tables.stations);
  return rows.map(({ name }) => name);
}

test('a transaction that throws leaves nothing behind, and the next one works', async () => {
  const db = openTemporary();
  const { stations } = db.tables;
  const failing = db.tx(async (q) => {
    await q.insert(stations).values(rowOf('S4'));
    throw new Error('half way');
  });
  await expect(failing).rejects.toThrow('half way');
  expect(await stationNames(db)).toEqual([]);
  await db.tx((q) => q.insert(stations).values(rowOf('S9')));
  expect(await stationNames(db)).toEqual(['S9']);
});

test('a statement that breaks a rule of the table undoes its whole transaction', async () => {
  const db = openTemporary();
  const { stations } = db.tables;
  const failing = db.tx(async (q) => {
    await q.insert(stations).values(rowOf('S4'));
    await q.insert(stations).values(rowOf('S4'));
  });
  await expect(failing).rejects.toThrow();
  expect(await stationNames(db)).toEqual([]);
});

test('two transactions at once take turns, however long one waits in between', async () => {
  const db = openTemporary();
  const steps: string[] = [];
  const write = (name: string, waitMs: number) =>
    db.tx(async (q) => {
      steps.push(`${name} begins`);
      await q.insert(db.tables.stations).values(rowOf(name));
      await sleep(waitMs);
      steps.push(`${name} ends`);
    });
  const both = Promise.all([write('S4', 30), write('S9', 0)]);
  expect(db.pendingWrites()).toBe(2);
  await both;
  expect(steps).toEqual(['S4 begins', 'S4 ends', 'S9 begins', 'S9 ends']);
  expect(db.pendingWrites()).toBe(0);
});

test('a reader sees a transaction once it is complete and nothing of it before', async () => {
  const db = openTemporary();
  const seen: string[][] = [];
  await db.tx(async (q) => {
    await q.insert(db.tables.stations).values(rowOf('S4'));
    seen.push(await stationNames(db));
  });
  seen.push(await stationNames(db));
  expect(seen).toEqual([[], ['S4']]);
});

test('nothing can be written past the one writer', async () => {
  const db = openTemporary();
  const writing = (async () => db.read.run(sql`delete from stations`))();
  await expect(writing).rejects.toMatchObject({ cause: { code: 'SQLITE_READONLY' } });
});

test('closing waits for what is being written', async () => {
  const path = join(temporaryFolder(), 'data.sqlite');
  const db = openSqliteDb(path);
  const writing = db.tx(async (q) => {
    await sleep(20);
    await q.insert(db.tables.stations).values(rowOf('S4'));
  });
  await db.close();
  await writing;
  const again = openSqliteDb(path);
  expect(await stationNames(again)).toEqual(['S4']);
  await again.close();
});

test('opening a database again keeps its rows and changes no table', async () => {
  const path = join(temporaryFolder(), 'data.sqlite');
  const schemaOf = (db: Db) => db.sqlite?.reader.prepare('select sql from sqlite_schema order by 1').all();
  const first = openSqliteDb(path);
  await first.tx((q) => q.insert(first.tables.stations).values(rowOf('S4')));
  const schema = schemaOf(first);
  await first.close();
  const second = openSqliteDb(path);
  expect(schemaOf(second)).toEqual(schema);
  expect(await stationNames(second)).toEqual(['S4']);
  await second.close();
});

test.each([
  ['a file that is no database', (path: string) => writeFileSync(path, 'x'.repeat(5000))],
  ['a folder', (path: string) => mkdirSync(path)],
])('%s under its name is refused in plain words', (_what, make) => {
  const path = join(temporaryFolder(), 'data.sqlite');
  make(path);
  expect(() => openSqliteDb(path)).toThrow(
    expect.objectContaining({ code: 'unavailable', message: expect.stringContaining(path) }),
  );
});
