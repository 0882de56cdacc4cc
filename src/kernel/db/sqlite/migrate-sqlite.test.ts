import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { mayMount, mountMemory } from '../../../testing/faults/mounts.ts';
import { migrateSqlite } from './migrate-sqlite.ts';

const dayMs = 86_400_000;

/** A folder of migrations as drizzle-kit writes it: one a day. */
function writeSteps(folder: string, steps: readonly string[]): string {
  const migrations = join(folder, `steps-${steps.length}`);
  mkdirSync(join(migrations, 'meta'), { recursive: true });
  const entries = steps.map((sql, idx) => {
    writeFileSync(join(migrations, `${idx}.sql`), sql);
    return {
      idx,
      version: '6',
      when: Date.UTC(2025, 8, 1) + idx * dayMs,
      tag: String(idx),
      breakpoints: true,
    };
  });
  writeFileSync(join(migrations, 'meta', '_journal.json'), JSON.stringify({ entries }));
  return migrations;
}

function prepare(state?: string) {
  const folder = mkdtempSync(join(tmpdir(), 'linesight-db-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const stateDir = state ?? folder;
  const path = join(stateDir, 'data.sqlite');
  const migrate = (...steps: string[]) => {
    const writer = new BetterSqlite(path);
    try {
      migrateSqlite(writer, writeSteps(folder, steps));
    } finally {
      writer.close();
    }
  };
  const ask = (sql: string, file = path) => {
    const reader = new BetterSqlite(file, { readonly: true });
    const answer = reader.prepare(sql).pluck().all();
    reader.close();
    return answer;
  };
  const copies = () => readdirSync(stateDir).filter((name) => name.includes('.before-'));
  return { path, stateDir, migrate, ask, copies };
}

const start = 'create table units (id integer primary key); insert into units values (1), (2)';
const named = `alter table units add column name text; update units set name = 'unit'`;

test('a new database gets all tables and leaves no copy', () => {
  const { migrate, ask, copies } = prepare();
  migrate(start, named);
  expect(ask('select name from units')).toEqual(['unit', 'unit']);
  expect(copies()).toEqual([]);
});

test('before its tables change, a database is copied as it was', () => {
  const { migrate, ask, copies, stateDir } = prepare();
  migrate(start);
  migrate(start, named);
  migrate(start, named);
  expect(ask('select name from units')).toEqual(['unit', 'unit']);
  expect(copies()).toEqual(['data.sqlite.before-2025-09-02T00-00-00']);
  const copy = join(stateDir, 'data.sqlite.before-2025-09-02T00-00-00');
  expect(ask('select * from units', copy)).toEqual([1, 2]);
  expect(ask(`select count(*) from pragma_table_info('units')`, copy)).toEqual([1]);
});

test('an update that fails half way leaves the database as it was', () => {
  const { migrate, ask } = prepare();
  migrate(start);
  expect(() => migrate(start, `${named}; insert into nowhere values (1)`)).toThrow('nowhere');
  expect(ask(`select count(*) from pragma_table_info('units')`)).toEqual([1]);
  migrate(start, named);
  expect(ask('select name from units')).toEqual(['unit', 'unit']);
});

test('of the copies the newest three are kept', () => {
  const { migrate, copies } = prepare();
  const steps = [start];
  for (let i = 0; i < 5; i++) {
    migrate(...steps);
    steps.push(`alter table units add column more${i} text`);
  }
  migrate(...steps);
  expect(copies()).toEqual([
    'data.sqlite.before-2025-09-04T00-00-00',
    'data.sqlite.before-2025-09-05T00-00-00',
    'data.sqlite.before-2025-09-06T00-00-00',
  ]);
});

test.skipIf(!mayMount())('without room for the copy nothing is changed, and the reason is given', () => {
  const folder = mkdtempSync(join(tmpdir(), 'linesight-db-'));
  using small = mountMemory(folder, '2m');
  const { migrate, ask, path } = prepare(small.path);
  migrate(`${start}; create table filler (bytes blob); insert into filler values (zeroblob(1200000))`);
  expect(() => migrate(start, named)).toThrow(
    expect.objectContaining({
      code: 'unavailable',
      message: expect.stringContaining(`${path} could not be copied`),
    }),
  );
  expect(ask(`select count(*) from pragma_table_info('units')`)).toEqual([1]);
});
