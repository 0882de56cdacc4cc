import { createHash } from 'node:crypto';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { type KeptConnection, keepConnection, type Line } from '../../db/servers/kept-connection.ts';
import type { PostgresConnection } from '../../db/servers/postgres-line.ts';
import type { Log } from '../../log.ts';
import { certainForMs, type Locks } from './locks.ts';

type LockWords<C> = {
  open: () => Promise<Line<C>>;
  take: (connection: C, key: string) => Promise<boolean>;
  release: (connection: C, key: string) => Promise<unknown>;
};

/** Session locks of a PostgreSQL, MySQL or MariaDB server, all of a process on one connection of its own. */
export async function openServerLocks({ url, log }: { url: string; log: Log }): Promise<Locks> {
  return /^postgres/.test(url)
    ? createLocks(await postgresWords(url), log)
    : createLocks(await mysqlWords(url), log);
}

function createLocks<C>(words: LockWords<C>, log: Log): Locks {
  const waiting = new Set<() => void>();
  const kept = keepConnection({
    name: 'connection that holds the locks',
    log,
    open: words.open,
    onUp: () => {
      for (const go of waiting) go();
      waiting.clear();
    },
  });
  return {
    tryTake: async (key) => {
      const connection = kept.current() ?? (await firstConnection(kept, waiting));
      if (!connection || !(await words.take(connection, key).catch(() => false))) return undefined;
      return {
        isHeld: () => kept.current() === connection && performance.now() - kept.confirmedAt() < certainForMs,
        release: async () => {
          if (kept.current() === connection) await words.release(connection, key).catch(() => {});
        },
      };
    },
    stop: kept.stop,
  };
}

const patienceMs = 2_000;

/** At the start the connection is on its way; nobody waits long for it. */
function firstConnection<C>(kept: KeptConnection<C>, waiting: Set<() => void>): Promise<C | undefined> {
  return new Promise((resolve) => {
    const go = () => {
      clearTimeout(timer);
      waiting.delete(go);
      resolve(kept.current());
    };
    const timer = setTimeout(go, patienceMs);
    waiting.add(go);
  });
}

async function postgresWords(url: string): Promise<LockWords<PostgresConnection>> {
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

async function mysqlWords(url: string): Promise<LockWords<Connection>> {
  const { openMysqlLine } = await import('../../db/servers/mysql-line.ts');
  // Locks belong to the server there and not to a database; names have 64 characters at most.
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
