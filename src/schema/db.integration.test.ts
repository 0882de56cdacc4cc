import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createLog } from '../kernel/log.ts';
import { systemClock } from '../kernel/time/clock.ts';
import {
  type DatabaseServer,
  isMissing,
  type ServerKind,
  startDatabaseServer,
} from '../testing/database-servers.ts';
import { openServerDb } from './db.ts';

const script = fileURLToPath(new URL('../testing/open-database.ts', import.meta.url));
const log = createLog({ level: 'silent', pretty: false });
const kinds: readonly ServerKind[] = ['postgres', 'mariadb'];

function openInProcess(...words: string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(process.execPath, [script, ...words], (_error, stdout, stderr) =>
      resolve((stdout + stderr).trim()),
    );
  });
}

test('two processes that start together on one new file both find all tables', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'linesight-db-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (let round = 0; round < 2; round++) {
    const path = join(folder, `${round}.sqlite`);
    expect(await Promise.all([openInProcess(path), openInProcess(path)])).toEqual(['opened', 'opened']);
  }
});

describe.each(kinds.filter((kind) => !isMissing(kind)))('a database on %s', (kind) => {
  let server: DatabaseServer;
  beforeAll(async () => {
    server = await startDatabaseServer(kind);
    server.createDatabase('shared');
    server.createDatabase('plant');
  });
  afterAll(() => server.close());

  test('two processes that start together both find all tables', async () => {
    const url = server.url('shared');
    expect(await Promise.all([openInProcess('', url), openInProcess('', url)])).toEqual(['opened', 'opened']);
  });

  test('a newer one is refused, and left as it is', async () => {
    const url = server.url('plant');
    const db = await openServerDb({ url, clock: systemClock, log });
    await db.tx((q) => q.insert(db.tables.stations).values({ siteId: 1, name: 'S9', createdAt: 0 }));
    await db.close();
    server.ask(
      'plant',
      `insert into __drizzle_migrations (hash, created_at) values ('x', ${Date.UTC(2999, 0, 1)})`,
    );
    await expect(openServerDb({ url, clock: systemClock, log })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('newer than this program'),
    });
  });

  test.each([
    ['a database that is not there', (url: string) => url.replace('/plant', '/nowhere'), 'create it first'],
    [
      'a host that is not there',
      (url: string) => url.replace('127.0.0.1', 'nowhere.invalid'),
      'no host of this name',
    ],
  ])('%s is reported in plain words, without the password', async (_what, wrong, reason) => {
    const url = wrong(server.url('plant'));
    const opening = openServerDb({ url, clock: systemClock, log });
    await expect(opening).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining(reason),
    });
    await expect(opening).rejects.not.toMatchObject({ message: expect.stringContaining('secret') });
  });

  test('a wrong password is reported in plain words and not printed', async () => {
    const [, user] = /\/(\w+)@/.exec(server.url('plant')) ?? [];
    const url = server.url('plant').replace(`${user}@`, `${kind === 'postgres' ? 'guarded' : user}:secret@`);
    const opening = openServerDb({ url, clock: systemClock, log });
    await expect(opening).rejects.toThrow(/the user or the password is wrong/);
    await expect(opening).rejects.not.toThrow(/secret/);
  });

  test('a transaction that throws leaves nothing behind, and the next one works', async () => {
    server.createDatabase('tx');
    const db = await openServerDb({ url: server.url('tx'), clock: systemClock, log });
    const { stations } = db.tables;
    const failing = db.tx(async (q) => {
      await q.insert(stations).values({ siteId: 1, name: 'S4', createdAt: 0 });
      throw new Error('half way');
    });
    await expect(failing).rejects.toThrow('half way');
    await db.tx((q) => q.insert(stations).values({ siteId: 1, name: 's4 ', createdAt: 0 }));
    await db.tx((q) => q.insert(stations).values({ siteId: 1, name: 's4', createdAt: 0 }));
    expect((await db.read.select().from(stations)).map(({ name }) => name)).toEqual(['s4 ', 's4']);
    expect(db.writeFault()).toBeUndefined();
    await db.close();
  });
});
