import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Dialect } from '../kernel/db/database.ts';
import { openMysql } from '../kernel/db/servers/open-mysql.ts';
import { openPostgres } from '../kernel/db/servers/open-postgres.ts';
import { openSqlite } from '../kernel/db/sqlite/open-sqlite.ts';
import { createLog } from '../kernel/log.ts';
import { systemClock } from '../kernel/time/clock.ts';
import { createPlantNames } from '../plant/names.ts';
import { createSites } from '../plant/sites.ts';
import { createServerDatabase, testDialect } from '../testing/databases.ts';
import { type Db, migrationsOf } from './db.ts';
import type { Tables } from './define-schema.ts';

const log = createLog({ level: 'silent', pretty: false });
const clock = systemClock;

/** The migrations of a dialect up to the one before sites. */
function firstSteps(dialect: Dialect): string {
  const folder = mkdtempSync(join(tmpdir(), 'linesight-steps-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  cpSync(migrationsOf(dialect), folder, { recursive: true });
  const path = join(folder, 'meta', '_journal.json');
  const journal = JSON.parse(readFileSync(path, 'utf8')) as { entries: { tag: string }[] };
  const until = journal.entries.findIndex(({ tag }) => tag.endsWith('_sites'));
  writeFileSync(path, JSON.stringify({ ...journal, entries: journal.entries.slice(0, until) }));
  return folder;
}

/** Statements that fill a database as it was before sites, with keys as that program wrote them. */
const before = [
  `insert into roots (id, path, created_at) values (7, '/data/images', 1000)`,
  `insert into stations (id, name, created_at) values (3, 'S4', 1000), (5, 'S9', 1000)`,
  `insert into parts (id, name, created_at) values (2, 'OR-3CT', 1000)`,
  `insert into inspections (directory_id, name, station_id, part_id, captured_at, found_at) values (1, 'a.jpg', 5, 2, 500, 600)`,
  `insert into api_tokens (name, secret_hash, scopes, station, created_by, created_at) values ('edge', 'a', '[]', 'S4', 'x', 0), ('any', 'b', '[]', null, 'x', 0)`,
  `insert into kiosk_links (name, secret_hash, pages, created_by, created_at) values ('tv', 'c', '[]', 'x', 0)`,
];

type Opened = { db: Db; close(): Promise<void> };
/** Opens a database with these migrations; `run` is done to it first, past the product. */
type Open = (migrationsFolder: string) => Promise<Opened & { run(statement: string): Promise<unknown> }>;

async function emptyDatabase(): Promise<Open> {
  if (testDialect === 'sqlite') {
    const folder = mkdtempSync(join(tmpdir(), 'linesight-old-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const tables = (await import('./sqlite.ts')) as unknown as Tables;
    return async (migrationsFolder) => {
      const db = openSqlite({ path: join(folder, 'data.sqlite'), tables, migrationsFolder });
      return { db, close: db.close, run: async (statement) => db.sqlite?.writer.exec(statement) };
    };
  }
  const url = await createServerDatabase(testDialect);
  const isPostgres = testDialect === 'postgres';
  const tables = (await import(isPostgres ? './postgres.ts' : './mysql.ts')) as unknown as Tables;
  return async (migrationsFolder) => {
    const open = isPostgres ? openPostgres : openMysql;
    const db: Db = await open({ url, clock, log, tables, migrationsFolder });
    const run = (statement: string) =>
      db.tx((q) => (q as unknown as { execute(text: string): Promise<unknown> }).execute(statement));
    return { db, close: db.close, run };
  };
}

describe(`a ${testDialect} database from before there were sites`, () => {
  test('belongs, with every row, to the site that first starts on it', async () => {
    const open = await emptyDatabase();
    const kind = testDialect === 'sqlite' ? 'sqlite' : testDialect === 'mariadb' ? 'mysql' : 'postgres';
    const old = await open(firstSteps(kind));
    for (const statement of before) await old.run(statement);
    await old.close();

    const { db, close } = await open(migrationsOf(kind));
    const settings = { name: 'busan', title: 'Busan', timeZone: 'Asia/Seoul' };
    const sites = await createSites(db, clock, settings);
    const names = await createPlantNames(db, clock, sites);
    expect(sites.list()).toEqual([{ id: expect.any(Number), ...settings }]);
    expect(names.listStations()).toEqual([
      { id: 3, siteId: sites.own.id, name: 'S4' },
      { id: 5, siteId: sites.own.id, name: 'S9' },
    ]);
    const { roots, inspections, apiTokens, kioskLinks } = db.tables;
    expect(await db.read.select().from(roots)).toMatchObject([
      {
        id: 7,
        siteId: sites.own.id,
        path: '/data/images',
        createdAt: 1000,
        recoveredCount: 0,
        pathRegex: null,
      },
    ]);
    expect(await db.read.select({ stationId: inspections.stationId }).from(inspections)).toEqual([
      { stationId: 5 },
    ]);
    const tokens = await db.read.select({ siteId: apiTokens.siteId }).from(apiTokens).orderBy(apiTokens.id);
    expect(tokens).toEqual([{ siteId: sites.own.id }, { siteId: null }]);
    expect(await db.read.select({ siteId: kioskLinks.siteId }).from(kioskLinks)).toEqual([
      { siteId: sites.own.id },
    ]);

    const second = await createSites(db, clock, { name: 'gary', title: '', timeZone: 'America/Chicago' });
    expect(second.own.id).not.toBe(sites.own.id);
    const others = await createPlantNames(db, clock, second);
    expect(others.listStations(second.own.id)).toEqual([]);
    expect(await others.ensureStation('S4')).not.toBe(3);
    await close();
  });

  test('without a row belongs to no site: the first one is created at startup', async () => {
    const open = await emptyDatabase();
    const kind = testDialect === 'sqlite' ? 'sqlite' : testDialect === 'mariadb' ? 'mysql' : 'postgres';
    await (await open(firstSteps(kind))).close();
    const { db, close } = await open(migrationsOf(kind));
    expect(await db.read.select().from(db.tables.sites)).toEqual([]);
    await close();
  });
});
