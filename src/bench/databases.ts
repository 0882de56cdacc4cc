import { join } from 'node:path';
import { createLog } from '../kernel/log.ts';
import { systemClock } from '../kernel/time/clock.ts';
import { type Db, openServerDb, openSqliteDb } from '../schema/db.ts';
import { isMissing, startDatabaseServer } from '../testing/database-servers.ts';
import type { Bench, Group } from './bench.ts';
import { imagesPerBatch, openRecorder } from './recorder.ts';
import { compare, limit, type Row } from './row.ts';

const servers = [
  ['PostgreSQL', 'postgres'],
  ['MariaDB', 'mariadb'],
] as const;

/** How fast images with their counts are recorded, on each database this machine has. */
export const databases: Group = {
  name: 'databases',
  about: 'bulk ingest into SQLite, PostgreSQL and MariaDB',
  run: async (bench) => {
    const images = Math.max(imagesPerBatch, bench.sizes.files / 10);
    const sqlite = await ingest(openSqliteDb(join(bench.workspace.folder('sqlite'), 'data.sqlite')), images);
    const rows = [limit('bulk ingest, SQLite', { value: sqlite, unit: '/s' }, { atLeast: 20_000 })];
    for (const [name, kind] of servers) {
      if (!isMissing(kind)) rows.push(await compareServer(bench, name, kind, { images, sqlite }));
    }
    return rows;
  },
};

async function compareServer(
  { say }: Bench,
  name: string,
  kind: 'postgres' | 'mariadb',
  { images, sqlite }: { images: number; sqlite: number },
): Promise<Row> {
  say(`Recording ${images} images on ${name} …`);
  const server = await startDatabaseServer(kind);
  try {
    server.createDatabase('plant');
    const log = createLog({ level: 'warn', pretty: true });
    const db = await openServerDb({ url: server.url('plant'), clock: systemClock, log });
    const rate = await ingest(db, images);
    const reference = { value: sqlite, unit: '/s', what: 'SQLite' } as const;
    return compare(`bulk ingest, ${name}`, { value: rate, unit: '/s' }, reference, { atLeast: 0.1 });
  } finally {
    await server.close();
  }
}

/** Images a second, one every 100 ms of the plant's time; closes the database. */
async function ingest(db: Db, images: number): Promise<number> {
  const record = await openRecorder(db);
  const startedAt = performance.now();
  for (let first = 0; first < images; first += imagesPerBatch) {
    const times = Array.from({ length: imagesPerBatch }, (_, i) => Date.UTC(2026, 0, 1) + (first + i) * 100);
    await record({ station: 'S9', part: 'OR-3CT' }, times, first);
  }
  const rate = images / ((performance.now() - startedAt) / 1000);
  await db.close();
  return rate;
}
