import type { Redis, RedisOptions } from 'ioredis';
import { answerWithinMs, beatEveryMs } from '../../db/servers/kept-connection.ts';
import type { Log } from '../../log.ts';
import type { OpenLink } from './link.ts';

/** `db` is part of the channel's name, because Redis channels are shared by all databases of a server. */
export type RedisAddress = { host: string; port: number; password: string; db: number };

const maxRetryMs = 3_000;

/**
 * Redis publish and subscribe, for databases without notifications. `installation` keeps apart the installations on one
 * Redis. The client is loaded only here.
 */
export async function redisLink(options: {
  address: RedisAddress;
  installation: string;
  log: Log;
}): Promise<OpenLink> {
  const { address, installation, log } = options;
  const { Redis: Client } = await import('ioredis');
  const channel = `linesight:${address.db}:${installation}`;
  const settings: RedisOptions = {
    host: address.host,
    port: address.port,
    db: address.db,
    password: address.password === '' ? undefined : address.password,
    connectTimeout: answerWithinMs,
    commandTimeout: answerWithinMs,
    keepAlive: beatEveryMs,
    // A connection that receives pings every few seconds and stays silent is dead.
    socketTimeout: beatEveryMs + answerWithinMs,
    retryStrategy: (tries) => Math.min(maxRetryMs, 200 * tries),
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResubscribe: false,
  };
  return ({ onText, onUp }) => {
    const publisher = new Client(settings);
    const subscriber = new Client(settings);
    for (const client of [publisher, subscriber]) logOutages(client, log);
    subscriber.on('message', (_channel, text: string) => onText(text));
    const isReady = () => publisher.status === 'ready' && subscriber.status === 'ready';
    const begin = async () => {
      if (!isReady()) return;
      await subscriber.subscribe(channel);
      onUp();
    };
    for (const client of [publisher, subscriber]) {
      client.on('ready', () => void begin().catch(() => subscriber.disconnect(true)));
    }
    const beat = setInterval(() => {
      for (const client of [publisher, subscriber])
        if (client.status === 'ready') client.ping().catch(() => {});
    }, beatEveryMs);
    return {
      send: async (text) => void (await publisher.publish(channel, text)),
      stop: async () => {
        clearInterval(beat);
        for (const client of [publisher, subscriber]) client.disconnect();
      },
    };
  };
}

/** Logs one line for each outage of Redis and one for its end. Without a listener an error would end the process. */
function logOutages(client: Redis, log: Log): void {
  let isAway = false;
  client.on('error', (err) => {
    if (!isAway) log.warn({ err }, 'Redis does not answer; no messages from other processes until it does');
    isAway = true;
  });
  client.on('ready', () => {
    if (isAway) log.info('Redis answers again');
    isAway = false;
  });
}
