import { join } from 'node:path';
import { createFolders, ensureRoot } from '../inspections/folders.ts';
import { createRecordInspections } from '../inspections/record-inspections.ts';
import { systemClock } from '../kernel/clock.ts';
import { createLog } from '../kernel/log.ts';
import { createPlantNames } from '../plant/names.ts';
import { createSites } from '../plant/sites.ts';
import { type Db, openServerDb, openSqliteDb } from '../schema/db.ts';
import { isMissing, startDatabaseServer } from '../testing/database-servers.ts';
import type { Bench, Group } from './bench.ts';
import { compare, limit, type Row } from './row.ts';

/** As the scanner sends them. */
const imagesPerBatch = 1_000;
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
  const sites = await createSites(db, systemClock, { name: 'main', title: '', timeZone: 'UTC' });
  const names = await createPlantNames(db, systemClock, sites);
  const folders = await createFolders(db, names);
  const rootId = await ensureRoot(db, systemClock, sites.own.id, '/data');
  const record = createRecordInspections({
    db,
    siteId: sites.own.id,
    folders,
    clock: systemClock,
    statFile: async () => undefined,
  });
  const folder = { rootId, path: 'S9/OR-3CT', station: 'S9', part: 'OR-3CT' };
  const startedAt = performance.now();
  for (let first = 0; first < images; first += imagesPerBatch) {
    const files = Array.from({ length: imagesPerBatch }, (_, i) => imageOf(first + i));
    await record.recordFound({ folder, files });
  }
  const rate = images / ((performance.now() - startedAt) / 1000);
  await db.close();
  return rate;
}

function imageOf(sequence: number) {
  const capturedAt = Date.UTC(2026, 0, 1) + sequence * 100;
  const verdict = sequence % 20 === 0 ? ('NG' as const) : ('OK' as const);
  return {
    name: `${verdict}-${capturedAt}-${sequence}.jpg`,
    ...{ capturedAt, verdict, sequence, sizeBytes: null, modifiedAt: null },
  };
}
