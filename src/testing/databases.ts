import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { createLog } from '../kernel/log.ts';
import { systemClock } from '../kernel/time/clock.ts';
import { type Db, openServerDb, openSqliteDb } from '../schema/db.ts';
import type { ServerKind } from './database-servers.ts';
import { emptyTables } from './empty-tables.ts';

export type TestDialect = 'sqlite' | ServerKind;

/**
 * The database of this run. Every query must give the same answers on each: `npm test` asks SQLite, and the projects
 * `postgres` and `mariadb` of vitest.config.ts run every `*.sql.test.ts` once more on a server.
 */
export const testDialect = (process.env.TEST_DATABASE ?? 'sqlite') as TestDialect;

/** An empty database with all tables; `close` leaves nothing behind. */
export async function openTestDb(dialect: TestDialect): Promise<Db> {
  return dialect === 'sqlite' ? openTemporarySqlite() : openOnServer(dialect);
}

/** Databases of this process that no test uses now; they end with it or with their server. */
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
