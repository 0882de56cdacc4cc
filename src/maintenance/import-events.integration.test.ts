import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import BetterSqlite from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { createLog } from '../kernel/log.ts';
import { openDb } from '../schema/db.ts';
import { createTestClock } from '../testing/test-clock.ts';

const script = fileURLToPath(new URL('./db.ts', import.meta.url));

function createPlant(statements: string) {
  const folder = mkdtempSync(join(tmpdir(), 'linesight-import-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [path, from] = [join(folder, 'data.sqlite'), join(folder, 'factory.db')];
  const factory = new BetterSqlite(from);
  factory.exec(statements);
  factory.close();
  const env = {
    ...process.env,
    DB_PATH: path,
    WATCH_DIR: join(folder, 'watch'),
    SITE_TIME_ZONE: 'Asia/Seoul',
  };
  const run = () =>
    new Promise<{ code: number; said: string }>((resolve) => {
      execFile(
        process.execPath,
        [script, 'import-events', '--from', from],
        { env },
        (error, stdout, stderr) => resolve({ code: error ? 1 : 0, said: stdout + stderr }),
      );
    });
  const read = (sql: string) => {
    const db = new BetterSqlite(path, { readonly: true });
    onTestFinished(() => void db.close());
    return db.prepare(sql).all();
  };
  return { path, from, run, read };
}

/** The dashboard's tables, with one day of one worker, and rows that are wrong in different ways. */
const history = `
  create table workers (worker_id text primary key, name text not null);
  insert into workers values ('W1', 'Alice Johnson'), ('W2', 'Bob Smith'), ('', 'Nobody');
  create table workstations (station_id text primary key, name text not null, type text);
  insert into workstations values ('S1', 'Assembly Line 1', 'assembly');
  create table events (id integer primary key, timestamp text, worker_id text, workstation_id text, event_type text,
    confidence real, count integer);
  insert into events (timestamp, worker_id, workstation_id, event_type, confidence, count) values
    ('2026-01-15T08:00:00+09:00', 'W1', 'S1', 'working', 0.95, 0),
    ('2026-01-15 08:30:00.000000', 'W1', 'S1', 'product_count', 0.9, 5),
    ('2026-01-15T00:00:00Z', 'W1', 'S1', 'idle', 0.9, 0),
    ('2026-01-15T08:00:00+09:00', 'W1', 'S1', 'working', 0.95, 0),
    ('2026-01-15T10:00:00+09:00', 'W9', 'S1', 'working', 0.9, 0),
    ('2026-01-15T10:01:00+09:00', 'W9', 'S1', 'idle', 0.9, 0),
    ('soon', 'W1', 'S1', 'idle', 0.9, 0),
    ('2026-01-15T11:00:00+09:00', 'W1', 'S1', 'absent', 90, 0),
    (null, 'W1', 'S1', 'absent', 0.9, 0);
`;

test('the history of the replaced dashboard is taken once, and what is refused is named with its reason', async () => {
  const { from, run, read } = createPlant(history);
  const digest = () => createHash('sha256').update(readFileSync(from)).digest('hex');
  const before = digest();
  const first = await run();
  expect(first.said.split('\n').slice(0, 3)).toEqual([
    'workers: 3 read, 2 added, 0 already there, 1 refused',
    'workstations: 1 read, 1 added, 0 already there, 0 refused',
    'events: 9 read, 3 added, 1 already there, 5 refused',
  ]);
  expect(first.said).toMatch(/ 2 {2}Unknown worker_id "W9"\n +\{"timestamp":"2026-01-15T10:00:00\+09:00"/);
  for (const reason of [
    'A row without worker_id',
    'Missing required fields: timestamp',
    'not "soon"',
    'not 90',
  ])
    expect(first.said).toContain(reason);
  expect(first.code).toBe(0);
  const rows = () => ({
    events: read('select at, kind, count from activity_events order by at'),
    segments: read(
      'select state, sum(end_at - start_at) as ms from activity_segments where worker_id > 0 group by state order by state',
    ),
    workers: read('select code, name from workers order by code'),
    stations: read('select name, type from stations where is_inspected = 0'),
    refused: read('select count(*) as count from refused_events'),
  });
  const at = (text: string) => Date.parse(text);
  const taken = rows();
  expect(taken).toEqual({
    events: [
      { at: at('2026-01-15T08:00:00+09:00'), kind: 'working', count: 0 },
      { at: at('2026-01-15T08:30:00+09:00'), kind: 'product_count', count: 5 },
      { at: at('2026-01-15T09:00:00+09:00'), kind: 'idle', count: 0 },
    ],
    segments: [
      { state: 'idle', ms: 3_600_000 },
      { state: 'working', ms: 3_600_000 },
    ],
    workers: [
      { code: 'W1', name: 'Alice Johnson' },
      { code: 'W2', name: 'Bob Smith' },
    ],
    stations: [{ name: 'Assembly Line 1', type: 'assembly' }],
    refused: [{ count: 0 }],
  });
  const second = await run();
  expect(second.said).toContain('workers: 3 read, 0 added, 2 already there, 1 refused');
  expect(second.said).toContain('events: 9 read, 0 added, 4 already there, 5 refused');
  expect(rows()).toEqual(taken);
  expect(digest()).toBe(before);
});

test('tables and columns of other names are found, rows named by number too, and what is missing is said', async () => {
  const { run, read } = createPlant(`
    create table Worker (id integer primary key, worker_id text, name text);
    insert into Worker values (7, 'W1', 'Alice');
    create table stations (id integer primary key, station_id text);
    insert into stations values (3, 'S1');
    create table ai_events (ts integer, worker_id integer, station_id integer, "type" text);
    insert into ai_events values (1768435200, 7, 3, 'working'), (1768438800000, 7, 3, 'idle');
  `);
  const { code, said } = await run();
  expect(code).toBe(0);
  expect(said).toContain('events: 2 read, 2 added');
  expect(said).toContain('The table stations has no column name; it has id, station_id.');
  expect(said).toContain(
    'The table ai_events has no column confidence; it has ts, worker_id, station_id, type.',
  );
  expect(read('select at, kind from activity_events order by at')).toEqual([
    { at: 1_768_435_200_000, kind: 'working' },
    { at: 1_768_438_800_000, kind: 'idle' },
  ]);
});

test('without a table of events the workers are taken, and the missing table is named', async () => {
  const { run } = createPlant(`create table workers (worker_id text); insert into workers values ('W1')`);
  const { code, said } = await run();
  expect(code).toBe(0);
  expect(said).toContain('workers: 1 read, 1 added');
  expect(said).toContain('There is no table events.');
  expect(said).toContain('There is no table workstations.');
});

test('what is no such file is refused in one sentence', async () => {
  const other = createPlant('create table radios (name text)');
  expect(await other.run()).toEqual({
    code: 1,
    said: expect.stringMatching(/no database of the productivity dashboard.*radios\.\n$/),
  });
  writeFileSync(other.from, 'this is a text\n'.repeat(100));
  expect(await other.run()).toEqual({
    code: 1,
    said: expect.stringMatching(/cannot be read as an SQLite database.*\n$/),
  });
  rmSync(other.from);
  expect(await other.run()).toEqual({
    code: 1,
    said: expect.stringMatching(/^There is no file .*factory\.db\.\n$/),
  });
});

test('nothing is imported into a database file that a program works on', async () => {
  const { path, run } = createPlant(history);
  const { db } = await openDb({
    path,
    clock: createTestClock(0),
    log: createLog({ level: 'silent', pretty: false }),
  });
  onTestFinished(() => db.close());
  expect(await run()).toEqual({ code: 1, said: expect.stringContaining('stop it first') });
});
