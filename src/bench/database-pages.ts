import { createLog } from '../kernel/log.ts';
import { systemClock } from '../kernel/time/clock.ts';
import { type Db, openServerDb, openSqliteDb } from '../schema/db.ts';
import { isMissing, type ServerKind, startDatabaseServer } from '../testing/database-servers.ts';
import type { Bench, Group } from './bench.ts';
import { measurePage, pages, type Times } from './pages.ts';
import { databasePath, startProduct } from './product.ts';
import { imagesPerBatch, openRecorder } from './recorder.ts';
import { absent, compare, limit, type Row } from './row.ts';

const servers = [
  ['PostgreSQL', 'postgres'],
  ['MariaDB', 'mariadb'],
] as const;
const stations = 10;
const parts = ['OR-1CT', 'OR-2CT'];
const historyMs = 7 * 24 * 3_600_000;
const most = 1_000_000;
const period = '1d';

/** The first page and the old statistics interface over a week of images, on each database this machine has. */
export const databasePages: Group = {
  name: 'database-pages',
  about: 'page / and POST /api/stats on SQLite, PostgreSQL and MariaDB',
  run: async (bench) => {
    const sqlite = await onSqlite(bench);
    const rows = [...sqlite].flatMap(([name, times]) => [
      limit(`${name}, SQLite, p50`, { value: times.p50, unit: 'ms' }, { atMost: 10 }),
      limit(`${name}, SQLite, p99`, { value: times.p99, unit: 'ms' }, { atMost: 20 }),
    ]);
    for (const [title, kind] of servers) {
      if (isMissing(kind)) rows.push(absent(`pages on ${title}`, title));
      else rows.push(...rowsOf(title, await onServer(bench, kind), sqlite));
    }
    return rows;
  },
};

function rowsOf(title: string, found: Map<string, Times>, sqlite: Map<string, Times>): Row[] {
  return [...found].flatMap(([name, times]) =>
    (['p50', 'p99'] as const).map((share) => {
      const reference = {
        value: sqlite.get(name)?.[share] ?? Number.NaN,
        unit: 'ms',
        what: 'SQLite',
      } as const;
      return compare(`${name}, ${title}, ${share}`, { value: times[share], unit: 'ms' }, reference, {
        atMost: 5,
      });
    }),
  );
}

async function onSqlite(bench: Bench): Promise<Map<string, Times>> {
  const places = { watchDir: bench.workspace.folder('watch'), stateDir: bench.workspace.folder('state') };
  await fill(bench, openSqliteDb(databasePath(places)), 'SQLite');
  return measure(bench, places, {});
}

async function onServer(bench: Bench, kind: ServerKind): Promise<Map<string, Times>> {
  const server = await startDatabaseServer(kind);
  try {
    server.createDatabase('plant');
    const url = server.url('plant');
    const log = createLog({ level: 'warn', pretty: true });
    await fill(bench, await openServerDb({ url, clock: systemClock, log }), kind);
    const places = { watchDir: bench.workspace.folder('watch'), stateDir: bench.workspace.folder('state') };
    return await measure(bench, places, { DATABASE_URL: url });
  } finally {
    await server.close();
  }
}

/** Ten stations of two models, each unit evenly over the week until now; closes the database. */
async function fill({ sizes, say }: Bench, db: Db, title: string): Promise<void> {
  const images = Math.min(sizes.files / 10, most);
  const perUnit = Math.max(Math.floor(images / (stations * parts.length)), 1);
  say(`Recording ${perUnit * stations * parts.length} images on ${title} …`);
  const record = await openRecorder(db);
  const startAt = Date.now() - historyMs;
  for (let unit = 0; unit < stations * parts.length; unit++) {
    const station = `S${1 + Math.floor(unit / parts.length)}`;
    const part = parts[unit % parts.length] ?? '';
    for (let first = 0; first < perUnit; first += imagesPerBatch) {
      const count = Math.min(imagesPerBatch, perUnit - first);
      const times = Array.from({ length: count }, (_, i) =>
        Math.round(startAt + ((first + i) / perUnit) * historyMs),
      );
      await record({ station, part }, times, first + 1);
    }
  }
  await db.close();
}

/** The product watches an empty folder: what it shows was found in another, and no file is looked for. */
async function measure(
  bench: Bench,
  places: { watchDir: string; stateDir: string },
  env: Record<string, string>,
): Promise<Map<string, Times>> {
  const product = await startProduct(bench.workspace, places, env);
  bench.say('Asking for pages …');
  const times = new Map<string, Times>();
  for (const { name, path, method } of pages) {
    times.set(`${name} ${period}`, await measurePage(product, `${path}?period=${period}`, method));
  }
  await product.stop();
  return times;
}
