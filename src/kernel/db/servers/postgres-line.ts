import type { Socket } from 'node:net';
import pg from 'pg';
import { connectTimeoutMs } from './connect-server.ts';
import { answerWithinMs, type Line } from './kept-connection.ts';

/** A process that has vanished without a word, or stands still, loses its session and with it its locks after this long. */
export const longestSilenceSec = 20;
const farewellMs = 500;

/**
 * How the server ends a session that sends nothing. `idle_session_timeout` needs PostgreSQL 14; older servers notice a
 * vanished machine only through TCP, and a hung process not at all.
 */
const sessionSettings = `
  select set_config(wanted.name, wanted.value, false)
  from (values ('tcp_keepalives_idle', '5'), ('tcp_keepalives_interval', '5'), ('tcp_keepalives_count', '2'),
    ('idle_session_timeout', '${longestSilenceSec}s')) as wanted (name, value)
  where exists (select 1 from pg_settings where pg_settings.name = wanted.name)`;

/** A connection of which several ask at once. */
export type PostgresConnection = {
  query(text: string, values?: unknown[]): Promise<pg.QueryResult>;
  onNotification(listener: (text: string) => void): void;
};

/** Opens a connection to PostgreSQL outside the pool, for what belongs to a session: LISTEN and advisory locks. */
export async function openPostgresLine(url: string, name: string): Promise<Line<PostgresConnection>> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: answerWithinMs,
    keepAlive: true,
    application_name: name,
  });
  // A listener for errors also keeps a lost connection from ending the process.
  const ended = new Promise<void>((resolve) => {
    client.on('error', () => resolve());
    client.on('end', () => resolve());
  });
  try {
    await client.connect();
    await client.query(sessionSettings);
  } catch (error) {
    destroy(client);
    throw error;
  }
  const connection = inTurns(client);
  return {
    connection,
    beat: async () => void (await connection.query('select 1')),
    ended,
    destroy: () => destroy(client),
  };
}

/** pg is to be asked one thing at a time: the next waits for the answer to the one before. */
function inTurns(client: pg.Client): PostgresConnection {
  let last: Promise<unknown> = Promise.resolve();
  return {
    query: (text, values) => {
      const answer = last.then(() => client.query(text, values));
      last = answer.catch(() => {});
      return answer;
    },
    onNotification: (listener) => void client.on('notification', ({ payload = '' }) => listener(payload)),
  };
}

function destroy(client: pg.Client): void {
  client.end().catch(() => {});
  // A server that does not answer does not answer a farewell either.
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
  setTimeout(() => stream.destroy(), farewellMs).unref();
}
