import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import { drizzle, type PgliteDatabase } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import PQueue from 'p-queue';
import { afterAll, inject } from 'vitest';
import type { Queryable } from '../kernel/db/database.ts';
import { createLog } from '../kernel/log.ts';
import { systemClock } from '../kernel/time/clock.ts';
import { type Db, openServerDb, openSqliteDb } from '../schema/db.ts';
import type { Tables } from '../schema/define-schema.ts';
import * as postgresTables from '../schema/postgres.ts';
import { isMissing, type ServerKind } from './database-servers.ts';
import { emptyTables } from './empty-tables.ts';

type TestDialect = 'sqlite' | 'pglite' | ServerKind;

/**
 * The databases every query must answer alike on; servers where this machine has them. Without PostgreSQL the same in
 * WebAssembly stands in for it.
 */
export const testDialects: readonly TestDialect[] = [
  'sqlite',
  isMissing('postgres') ? 'pglite' : 'postgres',
  ...(isMissing('mariadb') ? [] : (['mariadb'] as const)),
];

/** PostgreSQL in WebAssembly takes this long to start on a busy machine. */
export const startMs = 60_000;

/** An empty database with all tables; `close` leaves nothing behind. */
export async function openTestDb(dialect: TestDialect): Promise<Db> {
  if (dialect === 'sqlite') return openTemporarySqlite();
  return dialect === 'pglite' ? openEmptyPglite() : openOnServer(dialect);
}

/** Databases of this test file that no test uses now. */
const idle: Record<ServerKind, Db[]> = { postgres: [], mariadb: [] };

/** Making a database and its tables takes half a second, emptying them a few milliseconds: it is used again. */
async function openOnServer(kind: ServerKind): Promise<Db> {
  const db = idle[kind].pop() ?? (await createOnServer(kind));
  await emptyTables(db);
  return { ...db, close: async () => void idle[kind].push(db) };
}

async function createOnServer(kind: ServerKind): Promise<Db> {
  const log = createLog({ level: 'silent', pretty: false });
  return openServerDb({ url: await createServerDatabase(kind), clock: systemClock, log });
}

/** The address of an empty database without tables, on the server that all test files of a run share. */
export async function createServerDatabase(kind: ServerKind): Promise<string> {
  const answer = await fetch(`${inject('databases')}/${kind}`, { method: 'POST' });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text;
}

afterAll(async () => {
  for (const db of Object.values(idle).flat()) await db.close();
});

function openTemporarySqlite(): Db {
  const folder = mkdtempSync(join(tmpdir(), 'linesight-db-'));
  const db = openSqliteDb(join(folder, 'data.sqlite'));
  return {
    ...db,
    close: async () => {
      await db.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Starting PostgreSQL takes a second, emptying it a few milliseconds: a test file keeps one. */
let postgres: Promise<PgliteDatabase> | undefined;

async function openEmptyPglite(): Promise<Db> {
  postgres ??= startPglite();
  const pg = await postgres;
  const tables = postgresTables as unknown as Tables;
  const read = pg as unknown as Queryable;
  await emptyTables({ dialect: 'postgres', tables, read });
  const turns = new PQueue({ concurrency: 1 });
  return {
    dialect: 'postgres',
    tables,
    read,
    tx: (fn) => turns.add(() => pg.transaction((q) => fn(q as unknown as Queryable))),
    writeFault: () => undefined,
    pendingWrites: () => turns.size + turns.pending,
    ping: async () => void (await pg.execute('select 1')),
    close: () => turns.onIdle(),
  };
}

async function startPglite(): Promise<PgliteDatabase> {
  const pg = drizzle(new PGlite());
  await migrate(pg, {
    migrationsFolder: fileURLToPath(new URL('../../migrations/postgres', import.meta.url)),
  });
  return pg;
}
