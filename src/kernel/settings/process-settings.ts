import { roles } from './role.ts';
import { setting } from './setting.ts';
import { oneOf, text, wholeNumber } from './setting-kinds.ts';

/** Settings of installations that are more than one process. */
export const processes = [
  setting({
    env: 'ROLE',
    key: 'role',
    group: 'processes',
    default: 'all',
    ...oneOf(roles),
    doc: 'What this process does. all: everything. web: pages and interfaces, no sweeping. scan: sweeps and records, answers only /health and /metrics. cameras: kept for cameras, has nothing to do yet. Any but all needs a database server.',
  }),
  setting({
    env: 'REDIS_HOST',
    key: 'redisHost',
    group: 'processes',
    default: '',
    ...text(255),
    doc: 'Host of a Redis through which several processes on one MySQL or MariaDB tell each other what changed; PostgreSQL needs none.',
  }),
  setting({
    env: 'REDIS_PORT',
    key: 'redisPort',
    group: 'processes',
    default: '6379',
    ...wholeNumber(1, 65_535),
    doc: 'Port of that Redis.',
  }),
  setting({
    env: 'REDIS_PASSWORD',
    key: 'redisPassword',
    isSecret: true,
    group: 'processes',
    default: '',
    ...text(255),
    doc: 'Password of that Redis, where it asks for one.',
  }),
  setting({
    env: 'REDIS_DB',
    key: 'redisDb',
    group: 'processes',
    default: '0',
    ...wholeNumber(0, 1_000),
    doc: 'Number of the database of that Redis; installations that share a Redis take different ones.',
  }),
] as const;
