import type { Log } from '../../log.ts';
import type { OpenLink } from './link.ts';
import type { RedisPlace } from './redis-link.ts';

/**
 * The way to the other processes that this installation has: PostgreSQL's own, else Redis where it is set. Undefined
 * where there is none, which is right for a process that is alone.
 */
export async function chooseLink(options: {
  databaseUrl: string | undefined;
  redis: RedisPlace | undefined;
  log: Log;
}): Promise<OpenLink | undefined> {
  const { databaseUrl, redis, log } = options;
  if (databaseUrl === undefined) return undefined;
  if (/^postgres/.test(databaseUrl)) {
    const { postgresLink } = await import('./postgres-link.ts');
    return postgresLink({ url: databaseUrl, log });
  }
  if (!redis) return undefined;
  const { redisLink } = await import('./redis-link.ts');
  return redisLink({ place: redis, name: new URL(databaseUrl).pathname.slice(1), log });
}
