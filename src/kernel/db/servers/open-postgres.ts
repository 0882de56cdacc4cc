import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { AppError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { Clock } from '../../time/clock.ts';
import type { Database, Queryable } from '../database.ts';
import { migrationsTable, pendingMigrations, readMigrations } from '../migrations.ts';
import { createWriteTurns } from '../write-turns.ts';
import { connectAtStart, connectTimeoutMs, maxConnections, queryTimeoutMs } from './connect-server.ts';

const oldestVersion = 13;
/** An arbitrary key of an advisory lock, by which processes that start together migrate in turn. */
const migrationLock = 7_041_862_519;

export type ServerOptions<T> = { url: string; tables: T; migrationsFolder: string; clock: Clock; log: Log };

/**
 * Opens a PostgreSQL database and brings its tables up to date. A lost connection is replaced with the next query; until
 * the server is back, reads and writes fail with errors that `isDatabaseAway` recognises.
 *
 * @throws AppError 'unavailable' when it cannot be used, is too old, or was migrated by a newer program.
 */
export async function openPostgres<T>(options: ServerOptions<T>): Promise<Database<T>> {
  const { url, tables, migrationsFolder, log } = options;
  await connectAtStart(url, options, () => migrate(url, migrationsFolder));
  const pool = createPool(url, log);
  const turns = createWriteTurns();
  const queryables = new WeakMap<pg.PoolClient, Queryable>();
  return {
    dialect: 'postgres',
    tables,
    read: drizzle(pool) as unknown as Queryable,
    tx: (fn) =>
      turns.run(() =>
        inTransaction(pool, (client) => {
          const known = queryables.get(client) ?? (drizzle(client) as unknown as Queryable);
          queryables.set(client, known);
          return fn(known);
        }),
      ),
    writeFault: turns.fault,
    pendingWrites: turns.pending,
    ping: async () => void (await pool.query('select 1')),
    close: async () => {
      await turns.onIdle();
      await pool.end();
    },
  };
}

/** Opens a PostgreSQL database for a few reads. */
export function openPostgresReader(url: string, log: Log): { read: Queryable; close(): Promise<void> } {
  const pool = createPool(url, log, 1);
  return { read: drizzle(pool) as unknown as Queryable, close: () => pool.end() };
}

function createPool(url: string, log: Log, max = maxConnections): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: queryTimeoutMs,
    keepAlive: true,
    application_name: 'linesight',
  });
  pool.on('error', (error) => log.warn({ err: error }, 'A connection to the database was lost'));
  // The query that uses the lost connection reports the error.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

async function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let isBroken = false;
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => {
      isBroken = true;
    });
    throw error;
  } finally {
    client.release(isBroken);
  }
}

async function migrate(url: string, migrationsFolder: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: connectTimeoutMs });
  client.on('error', () => {});
  await client.connect();
  try {
    await refuseOldServer(client);
    await client.query('begin');
    await client.query('select pg_advisory_xact_lock($1)', [migrationLock]);
    await client.query(
      `create table if not exists ${migrationsTable} (id bigserial primary key, hash text not null, created_at bigint)`,
    );
    const { rows } = await client.query(`select max(created_at) as newest from ${migrationsTable}`);
    const newest = rows[0].newest === null ? undefined : Number(rows[0].newest);
    for (const { madeAt, hash, statements } of pendingMigrations(readMigrations(migrationsFolder), newest)) {
      for (const statement of statements) await client.query(statement);
      await client.query(`insert into ${migrationsTable} (hash, created_at) values ($1, $2)`, [hash, madeAt]);
    }
    await client.query('commit');
  } finally {
    await client.end();
  }
}

async function refuseOldServer(client: pg.Client): Promise<void> {
  const { rows } = await client.query('show server_version_num');
  const version = Math.floor(Number(rows[0].server_version_num) / 10_000);
  if (version < oldestVersion)
    throw new AppError(
      'unavailable',
      `PostgreSQL ${version} is too old; ${oldestVersion} or newer is needed.`,
    );
}
