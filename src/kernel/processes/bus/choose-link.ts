import type { Log } from '../../log.ts';
import type { OpenLink } from './link.ts';
import type { RedisAddress } from './redis-link.ts';

/**
 * Chooses how this installation connects its processes: PostgreSQL's LISTEN/NOTIFY, else Redis if configured. Undefined
 * if there is neither, which is right for a single process.
 */
export async function chooseLink(options: {
  databaseUrl: string | undefined;
  redis: RedisAddress | undefined;
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
  return redisLink({ address: redis, installation: new URL(databaseUrl).pathname.slice(1), log });
}
