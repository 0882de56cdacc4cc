import { keepConnection } from '../../db/servers/kept-connection.ts';
import { openPostgresLine } from '../../db/servers/postgres-line.ts';
import type { Log } from '../../log.ts';
import type { OpenLink } from './link.ts';

/** One channel for all messages; channels are local to their database. */
const channel = 'linesight';

/** LISTEN and NOTIFY on a connection of their own, so that messages wait for no pool or slow query and keep their order. */
export function postgresLink({ url, log }: { url: string; log: Log }): OpenLink {
  return ({ onText, onUp }) => {
    const kept = keepConnection({
      name: 'bus connection',
      log,
      open: () => openPostgresLine(url, 'linesight bus'),
      onUp: async (client) => {
        client.onNotification(onText);
        await client.query(`listen ${channel}`);
        onUp();
      },
    });
    return {
      send: async (text) => {
        const client = kept.current();
        if (!client) throw new Error('There is no connection to the database');
        await client.query('select pg_notify($1, $2)', [channel, text]);
      },
      stop: kept.stop,
    };
  };
}
