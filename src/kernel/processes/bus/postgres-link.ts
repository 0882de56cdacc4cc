import { keepConnection } from '../../db/servers/kept-connection.ts';
import { openPostgresLine } from '../../db/servers/postgres-line.ts';
import type { Log } from '../../log.ts';
import type { OpenLink } from './link.ts';

/** One channel for everything; channels belong to their database. */
const channel = 'linesight';

/**
 * LISTEN and NOTIFY on one connection of its own: what is told waits neither for the pool nor for slow queries, and goes
 * out in order.
 */
export function postgresLink({ url, log }: { url: string; log: Log }): OpenLink {
  return ({ onText, onUp }) => {
    const kept = keepConnection({
      name: 'connection that hears other processes',
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
