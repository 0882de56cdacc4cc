import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { Dialect } from '../../kernel/db/database.ts';
import { openMysql } from '../../kernel/db/servers/open-mysql.ts';
import { openPostgres } from '../../kernel/db/servers/open-postgres.ts';
import { openSqlite } from '../../kernel/db/sqlite/open-sqlite.ts';
import { createLog } from '../../kernel/log.ts';
import { systemClock } from '../../kernel/time/clock.ts';
import { type Db, migrationsOf } from '../../schema/db.ts';
import type { Tables } from '../../schema/define-schema.ts';
import { isMissing } from '../database-servers.ts';
import { createServerDatabase, type TestDialect } from '../databases.ts';
import { imageName, tinyJpeg } from './plant-images.ts';
import { createFaultPlant, waitUntil } from './plant-process.ts';

/** A million for the whole proof, `npm run faults`. */
const rowCount = Number(process.env.MIGRATION_ROWS ?? 5_000);
const kills = 6;
/** Between one kill and the next: from before the tables are changed to well after the server listens. */
const killStepMs = Math.max(700, rowCount / 150);
const patienceMs = 60_000 + rowCount;
const everything = 'start=2000-01-01T00:00&end=2100-01-01T00:00';
const log = createLog({ level: 'silent', pretty: false });

const dialects = (['sqlite', 'postgres', 'mariadb'] as const).filter(
  (kind) => kind === 'sqlite' || !isMissing(kind),
);

/** The migrations up to the one before every file became an image. */
function earlierSteps(dialect: Dialect): string {
  const folder = mkdtempSync(join(tmpdir(), 'linesight-steps-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  cpSync(migrationsOf(dialect), folder, { recursive: true });
  const path = join(folder, 'meta', '_journal.json');
  const journal = JSON.parse(readFileSync(path, 'utf8')) as { entries: { tag: string }[] };
  const until = journal.entries.findIndex(({ tag }) => tag.endsWith('_station_names'));
  writeFileSync(path, JSON.stringify({ ...journal, entries: journal.entries.slice(0, until) }));
  return folder;
}

type Raw = { run(statement: string): Promise<unknown>; close(): Promise<void> };

async function openEarlier(
  kind: TestDialect,
  place: { path: string; url: string | undefined },
): Promise<Raw> {
  if (place.url === undefined) {
    const tables = (await import('../../schema/sqlite.ts')) as unknown as Tables;
    const db = openSqlite({ path: place.path, tables, migrationsFolder: earlierSteps('sqlite') });
    return { run: async (statement) => db.sqlite?.writer.exec(statement), close: db.close };
  }
  const isPostgres = kind === 'postgres';
  const tables = (await import(`../../schema/${isPostgres ? 'postgres' : 'mysql'}.ts`)) as unknown as Tables;
  const open = isPostgres ? openPostgres : openMysql;
  const migrationsFolder = earlierSteps(isPostgres ? 'postgres' : 'mysql');
  const db: Db = await open({ url: place.url, clock: systemClock, log, tables, migrationsFolder });
  return {
    run: (statement) =>
      db.tx((q) => (q as unknown as { execute(text: string): Promise<unknown> }).execute(statement)),
    close: db.close,
  };
}

type Row = { directory: number; name: string; station: number; part: number; at: number; verdict: string };

const hourMs = 3_600_000;
const minuteMs = 60_000;

/** Rows with the counts that the earlier version kept of them. */
async function fill({ run }: Raw, rows: readonly (Row & { sequence: number })[], now: number): Promise<void> {
  for (let from = 0; from < rows.length; from += 1_000) {
    const values = rows
      .slice(from, from + 1_000)
      .map(({ directory, name, station, part, at, verdict, sequence }) => {
        return `(${directory}, '${name}', ${station}, ${part}, ${at}, '${verdict}', ${sequence}, ${Math.min(at, now)})`;
      });
    await run(
      `insert into inspections (directory_id, name, station_id, part_id, captured_at, verdict, sequence, found_at) values ${values.join()}`,
    );
  }
  for (const [table, bucketMs] of [
    ['inspection_hours', hourMs],
    ['inspection_minutes', minuteMs],
  ] as const) {
    const buckets = Map.groupBy(
      rows,
      ({ at, station, part }) => `${at - (at % bucketMs)}, ${station}, ${part}`,
    );
    const values = [...buckets].map(([key, some]) => {
      const ng = some.filter(({ verdict }) => verdict === 'NG').length;
      return `(${key}, ${some.length - ng}, ${ng}, 0)`;
    });
    for (let from = 0; from < values.length; from += 1_000) {
      await run(
        `insert into ${table} (start_at, station_id, part_id, ok, ng, unmatched) values ${values.slice(from, from + 1_000).join()}`,
      );
    }
  }
}

type Stats = { total_count: number; stations: Record<string, { totals: { total: number; ng: number } }> };

test.each(dialects)(
  'a %s database of the version before, killed while it is mended, ends with every file as one image',
  async (kind) => {
    await using plant = createFaultPlant();
    const url = kind === 'sqlite' ? undefined : await createServerDatabase(kind);
    const env: Record<string, string> = { DEMO: '0', ...(url && { DATABASE_URL: url }) };
    const now = Date.now();
    const write = (path: string) => {
      mkdirSync(dirname(join(plant.watchDir, path)), { recursive: true });
      writeFileSync(join(plant.watchDir, path), tinyJpeg);
    };
    const old = await openEarlier(kind, { path: plant.dbPath, url });
    await old.run(`insert into sites (id, name, title, time_zone, created_at) values (1, '', '', '', 0)`);
    await old.run(`insert into roots (id, site_id, path, created_at) values (1, 1, '${plant.watchDir}', 0)`);
    await old.run(
      `insert into stations (id, site_id, name, created_at) values (1, 1, 'S1', 0), (2, 1, 'Unknown', 0)`,
    );
    await old.run(`insert into parts (id, name, created_at) values (1, 'M', 0), (2, 'Unknown', 0)`);
    await old.run(
      `insert into directories (id, root_id, path, station_id, part_id, modified_at, listed_at, file_count) values (1, 1, 'S1/M', 1, 1, 1, ${now}, 1), (2, 1, 'NM1', 2, 2, 1, ${now}, 1), (3, 1, 'NM2', 2, 2, 1, ${now}, 1)`,
    );
    const rows = Array.from({ length: rowCount }, (_, i) => {
      const at = Math.floor((now - 2 * hourMs - (i % 500) * hourMs - i) / 1000) * 1000;
      const verdict = i % 10 === 0 ? ('NG' as const) : ('OK' as const);
      // Runs from 0 in every hour: a million gaps would be another test.
      const sequence = Math.floor((rowCount - 1 - i) / 500);
      const name = imageName(verdict, at, sequence);
      return { directory: 1, name, station: 1, part: 1, at, verdict, sequence };
    });
    for (const { name } of rows) write(`S1/M/${name}`);
    // What the version before had left out: second cameras, and the second of two stations without models.
    for (const { name } of rows.slice(0, 50)) write(`S1/M/cam2/${name}`);
    const single = [imageName('NG', now - 5 * hourMs, 1), imageName('OK', now - 5 * hourMs + 1000, 2)];
    for (const station of ['NM1', 'NM2']) for (const name of single) write(`${station}/${name}`);
    const ahead = Date.parse('2099-12-31T23:59:59Z');
    write(`S1/M/${imageName('OK', ahead, 7)}`);
    await fill(
      old,
      [
        ...rows,
        { ...rows[0]!, name: imageName('OK', ahead, 7), at: ahead, verdict: 'OK' as const, sequence: 7 },
        ...single.map((name, i) => ({
          directory: 2 + i,
          name,
          station: 2,
          part: 2,
          at: now - 5 * hourMs + i * 1000,
          verdict: i === 0 ? ('NG' as const) : ('OK' as const),
          sequence: i + 1,
        })),
      ],
      now,
    );
    await old.close();

    for (let i = 0; i < kills; i++) {
      const killed = await plant.start(env);
      await sleep(200 + i * killStepMs);
      await killed.kill();
    }
    const mended = await plant.start(env);
    await mended.listening;
    const read = async () =>
      (await (await mended.fetch(`/api/stats?${everything}`, { method: 'POST' })).json()) as Stats;
    const isMended = async () => {
      const { total_count: total, stations } = await read();
      return total === rowCount + 50 + 4 + 1 && !stations.Unknown && stations.NM1?.totals.total === 2;
    };
    const ms = await waitUntil('every file is one image of its station', isMended, patienceMs);
    console.info(`${kind}: ${rowCount} rows were right ${Math.round(ms / 1000)} s after the server listened`);
    const { stations } = await read();
    expect(Object.keys(stations).sort()).toEqual(['NM1', 'NM2', 'S1']);
    expect(stations.NM1?.totals).toMatchObject({ total: 2, ng: 1 });
    expect(stations.NM2?.totals).toMatchObject({ total: 2, ng: 1 });
    expect(stations.S1?.totals).toMatchObject({ total: rowCount + 51, ng: rowCount / 10 + 5 });
    await waitUntil('the image of 2099 counts for when it was found', async () => {
      const list = (await (await mended.fetch('/api/v1/inspections?limit=1')).json()) as {
        inspections: { capturedAt: number }[];
      };
      return (list.inspections[0]?.capturedAt ?? ahead) < now + hourMs;
    });
    expect(await mended.text('/sources')).not.toContain('2099');
  },
  // Preparing a million files takes minutes, too.
  180_000 + 3 * rowCount,
);
