import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import { sql } from 'drizzle-orm';
import { drizzle, type PgliteDatabase } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import PQueue from 'p-queue';
import type { Queryable } from '../kernel/db/database.ts';
import { type Db, openSqliteDb } from '../schema/db.ts';
import type { Tables } from '../schema/define-schema.ts';
import * as postgresTables from '../schema/postgres.ts';

/** The databases every query must answer alike on. */
export const testDialects = ['sqlite', 'pglite'] as const;

/** PostgreSQL in WebAssembly takes this long to start on a busy machine. */
export const startMs = 60_000;

/** An empty database with all tables; `close` leaves nothing behind. */
export async function openTestDb(dialect: (typeof testDialects)[number]): Promise<Db> {
  return dialect === 'sqlite' ? openTemporarySqlite() : openEmptyPglite();
}

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
