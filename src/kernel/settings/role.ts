/** What a process of an installation does. */
export const roles = ['all', 'web', 'scan', 'cameras'] as const;
export type Role = (typeof roles)[number];

/** The duties of a role. Every process answers health checks and serves metrics. */
export function dutiesOf(role: Role): { servesPages: boolean; sweeps: boolean } {
  return {
    servesPages: role === 'all' || role === 'web',
    sweeps: role === 'all' || role === 'scan',
  };
}

/** Why a process of this role cannot work with these settings and how to fix it; undefined when it can. */
export function findRoleFault({
  role,
  databaseUrl,
  redisHost,
}: {
  role: Role;
  databaseUrl: string;
  redisHost: string;
}): string | undefined {
  if (role === 'all') return undefined;
  if (databaseUrl === '' || databaseUrl.startsWith('sqlite:'))
    return `ROLE=${role} is one part of an installation of several processes, and a database file belongs to one process alone. Set DATABASE_URL to a PostgreSQL, MySQL or MariaDB server that all of them use, or leave ROLE out.`;
  if (!/^postgres/.test(databaseUrl) && redisHost === '')
    return `ROLE=${role} with MySQL or MariaDB needs Redis, through which the processes tell each other what changed: set REDIS_HOST for all of them, or use PostgreSQL.`;
  return undefined;
}
