import { createHash } from 'node:crypto';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { type KeptConnection, keepConnection, type Line } from '../../db/servers/kept-connection.ts';
import type { PostgresConnection } from '../../db/servers/postgres-line.ts';
import type { Log } from '../../log.ts';
import { certainForMs, type Locks } from './locks.ts';

type LockDialect<C> = {
  open: () => Promise<Line<C>>;
  take: (connection: C, key: string) => Promise<boolean>;
  release: (connection: C, key: string) => Promise<unknown>;
};

/** Session locks of a PostgreSQL, MySQL or MariaDB server, all on one dedicated connection. */
export async function openServerLocks({ url, log }: { url: string; log: Log }): Promise<Locks> {
  return /^postgres/.test(url)
    ? createLocks(await postgresDialect(url), log)
    : createLocks(await mysqlDialect(url), log);
}

function createLocks<C>(dialect: LockDialect<C>, log: Log): Locks {
  const waiting = new Set<() => void>();
  const kept = keepConnection({
    name: 'lock connection',
    log,
    open: dialect.open,
    onUp: () => {
      for (const go of waiting) go();
      waiting.clear();
    },
  });
  return {
    tryTake: async (key) => {
      const connection = kept.current() ?? (await firstConnection(kept, waiting));
      if (!connection || !(await dialect.take(connection, key).catch(() => false))) return undefined;
      return {
        isHeld: () => kept.current() === connection && performance.now() - kept.confirmedAt() < certainForMs,
        release: async () => {
          if (kept.current() === connection) await dialect.release(connection, key).catch(() => {});
        },
      };
    },
    stop: kept.stop,
  };
}

const firstConnectionWaitMs = 2_000;

/** Waits a moment for the connection to open at startup. */
function firstConnection<C>(kept: KeptConnection<C>, waiting: Set<() => void>): Promise<C | undefined> {
  return new Promise((resolve) => {
    const go = () => {
      clearTimeout(timer);
      waiting.delete(go);
      resolve(kept.current());
    };
    const timer = setTimeout(go, firstConnectionWaitMs);
    waiting.add(go);
  });
}

async function postgresDialect(url: string): Promise<LockDialect<PostgresConnection>> {
  const { openPostgresLine } = await import('../../db/servers/postgres-line.ts');
  // A number of 64 bits, because that is what PostgreSQL's locks are named by.
  const numberOf = (key: string) => digestOf(key).readBigInt64BE(0).toString();
  return {
    open: () => openPostgresLine(url, 'linesight locks'),
    take: async (client, key) => {
      const { rows } = await client.query('select pg_try_advisory_lock($1) as taken', [numberOf(key)]);
      return rows[0]?.taken === true;
    },
    release: (client, key) => client.query('select pg_advisory_unlock($1)', [numberOf(key)]),
  };
}

async function mysqlDialect(url: string): Promise<LockDialect<Connection>> {
  const { openMysqlLine } = await import('../../db/servers/mysql-line.ts');
  // MySQL locks are server-wide, so the database is part of the name; names have at most 64 characters.
  const nameOf = (key: string) =>
    digestOf(`${new URL(url).pathname} ${key}`)
      .toString('hex')
      .slice(0, 48);
  return {
    open: () => openMysqlLine(url),
    take: async (connection, key) => {
      const [rows] = await connection.query<RowDataPacket[]>('select get_lock(?, 0) as taken', [nameOf(key)]);
      return Number(rows[0]?.taken) === 1;
    },
    release: (connection, key) => connection.query('select release_lock(?)', [nameOf(key)]),
  };
}

function digestOf(key: string): Buffer {
  return createHash('sha256').update(`linesight ${key}`).digest();
}
