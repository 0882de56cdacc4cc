import { roles } from './role.ts';
import { setting } from './setting.ts';
import { oneOf, text, wholeNumber } from './setting-kinds.ts';

/** Settings of installations of several processes. */
export const processes = [
  setting({
    env: 'ROLE',
    key: 'role',
    group: 'processes',
    default: 'all',
    ...oneOf(roles),
    doc: 'What this process does. all: everything. web: pages and APIs, no sweeps. scan: sweeps and records, serves only /health and /metrics. cameras: reserved for cameras, does nothing yet. Any role but all needs a database server.',
  }),
  setting({
    env: 'REDIS_HOST',
    key: 'redisHost',
    group: 'processes',
    default: '',
    ...text(255),
    doc: 'Host of a Redis: with EVENTS_REDIS_STREAM events are read from it, and several processes on one MySQL or MariaDB notify each other of changes through it; PostgreSQL needs none for that.',
  }),
  setting({
    env: 'REDIS_PORT',
    key: 'redisPort',
    group: 'processes',
    default: '6379',
    ...wholeNumber(1, 65_535),
    doc: 'Port of the Redis.',
  }),
  setting({
    env: 'REDIS_PASSWORD',
    key: 'redisPassword',
    isSecret: true,
    group: 'processes',
    default: '',
    ...text(255),
    doc: 'Password of the Redis, if it needs one.',
  }),
  setting({
    env: 'REDIS_DB',
    key: 'redisDb',
    group: 'processes',
    default: '0',
    ...wholeNumber(0, 1_000),
    doc: 'Database number of the Redis; installations that share a Redis need different ones.',
  }),
] as const;
