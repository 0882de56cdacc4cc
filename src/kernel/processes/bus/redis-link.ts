import type { Redis, RedisOptions } from 'ioredis';
import { answerWithinMs, beatEveryMs } from '../../db/servers/kept-connection.ts';
import type { Log } from '../../log.ts';
import type { OpenLink } from './link.ts';

/** Where Redis is. `db` keeps installations apart as well: channels know no databases, so it is part of their name. */
export type RedisPlace = { host: string; port: number; password: string; db: number };

const longestPauseMs = 3_000;

/**
 * Redis publish and subscribe, for databases that tell nothing by themselves. `name` tells installations on one Redis
 * apart. The client is loaded only here.
 */
export async function redisLink(options: { place: RedisPlace; name: string; log: Log }): Promise<OpenLink> {
  const { place, log } = options;
  const { Redis: Client } = await import('ioredis');
  const channel = `linesight:${place.db}:${options.name}`;
  const settings: RedisOptions = {
    ...{ host: place.host, port: place.port, db: place.db },
    ...(place.password === '' ? {} : { password: place.password }),
    ...{ connectTimeout: answerWithinMs, commandTimeout: answerWithinMs, keepAlive: beatEveryMs },
    // A connection that is asked every few seconds and still says nothing is dead.
    socketTimeout: beatEveryMs + answerWithinMs,
    retryStrategy: (tries) => Math.min(longestPauseMs, 200 * tries),
    ...{ enableOfflineQueue: false, maxRetriesPerRequest: 0, autoResubscribe: false },
  };
  return ({ onText, onUp }) => {
    const speaker = new Client(settings);
    const hearer = new Client(settings);
    for (const client of [speaker, hearer]) quietly(client, log);
    hearer.on('message', (_channel, text: string) => onText(text));
    const isReady = () => speaker.status === 'ready' && hearer.status === 'ready';
    const begin = async () => {
      if (!isReady()) return;
      await hearer.subscribe(channel);
      onUp();
    };
    for (const client of [speaker, hearer]) {
      client.on('ready', () => void begin().catch(() => hearer.disconnect(true)));
    }
    const beat = setInterval(() => {
      for (const client of [speaker, hearer]) if (client.status === 'ready') client.ping().catch(() => {});
    }, beatEveryMs);
    return {
      send: async (text) => void (await speaker.publish(channel, text)),
      stop: async () => {
        clearInterval(beat);
        for (const client of [speaker, hearer]) client.disconnect();
      },
    };
  };
}

/** One line when Redis goes away and one when it is back; without a listener an error would end the process. */
function quietly(client: Redis, log: Log): void {
  let isAway = false;
  client.on('error', (err) => {
    if (!isAway) log.warn({ err }, 'Redis does not answer; other processes are not heard until it does');
    isAway = true;
  });
  client.on('ready', () => {
    if (isAway) log.info('Redis answers again');
    isAway = false;
  });
}
