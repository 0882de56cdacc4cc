import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import { sql } from 'drizzle-orm';
import { drizzle, type PgliteDatabase } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import PQueue from 'p-queue';
import { afterAll } from 'vitest';
import { systemClock } from '../kernel/clock.ts';
import type { Queryable } from '../kernel/db/database.ts';
import { createLog } from '../kernel/log.ts';
import { type Db, openServerDb, openSqliteDb } from '../schema/db.ts';
import type { Tables } from '../schema/define-schema.ts';
import * as postgresTables from '../schema/postgres.ts';
import { type DatabaseServer, isMissing, type ServerKind, startDatabaseServer } from './database-servers.ts';

type TestDialect = 'sqlite' | 'pglite' | ServerKind;

/** The databases every query must answer alike on; servers where this machine has them. */
export const testDialects: readonly TestDialect[] = [
  'sqlite',
  'pglite',
  ...(['postgres', 'mariadb'] as const).filter((kind) => !isMissing(kind)),
];

/** PostgreSQL in WebAssembly takes this long to start on a busy machine. */
export const startMs = 60_000;

/** An empty database with all tables; `close` leaves nothing behind. */
export async function openTestDb(dialect: TestDialect): Promise<Db> {
  if (dialect === 'sqlite') return openTemporarySqlite();
  return dialect === 'pglite' ? openEmptyPglite() : openOnServer(dialect);
}

/** A test file starts a server once, and each of its databases has a name of its own. */
const servers = new Map<ServerKind, Promise<DatabaseServer>>();
let databases = 0;

async function openOnServer(kind: ServerKind): Promise<Db> {
  const log = createLog({ level: 'silent', pretty: false });
  return openServerDb({ url: await createServerDatabase(kind), clock: systemClock, log });
}

/** The address of an empty database on a server of this test file's own. */
export async function createServerDatabase(kind: ServerKind): Promise<string> {
  const starting = servers.get(kind) ?? startDatabaseServer(kind);
  servers.set(kind, starting);
  const server = await starting;
  const name = `plant_${++databases}`;
  server.createDatabase(name);
  return server.url(name);
}

afterAll(async () => {
  for (const server of servers.values()) await (await server).close();
  servers.clear();
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
  const names = sql.join(Object.values(tables), sql`, `);
  await pg.execute(sql`truncate ${names} restart identity`);
  const turns = new PQueue({ concurrency: 1 });
  return {
    dialect: 'postgres',
    tables,
    read: pg as unknown as Queryable,
    tx: (fn) => turns.add(() => pg.transaction((q) => fn(q as unknown as Queryable))),
    writeFault: () => undefined,
    pendingWrites: () => turns.size + turns.pending,
    ping: async () => void (await pg.execute(sql`select 1`)),
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
