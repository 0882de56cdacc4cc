import type { Config } from './config.ts';

/** What a process of an installation is there for. */
export const roles = ['all', 'web', 'scan', 'cameras'] as const;
export type Role = (typeof roles)[number];

/** What a process of this role does; health and metrics it answers in any case. */
export function dutiesOf(role: Role): { servesPages: boolean; sweeps: boolean } {
  return {
    servesPages: role === 'all' || role === 'web',
    sweeps: role === 'all' || role === 'scan',
  };
}

/** Why a process of this role cannot work with these settings, in words that say how to right it; undefined when it can. */
export function findRoleFault({
  role,
  databaseUrl,
  redisHost,
}: Pick<Config, 'role' | 'databaseUrl' | 'redisHost'>): string | undefined {
  if (role === 'all') return undefined;
  if (databaseUrl === '' || databaseUrl.startsWith('sqlite:'))
    return `ROLE=${role} is one part of an installation of several processes, and a database file belongs to one process alone. Set DATABASE_URL to a PostgreSQL, MySQL or MariaDB server that all of them use, or leave ROLE out.`;
  if (!/^postgres/.test(databaseUrl) && redisHost === '')
    return `ROLE=${role} with MySQL or MariaDB needs Redis, through which the processes tell each other what changed: set REDIS_HOST for all of them, or use PostgreSQL.`;
  return undefined;
}
