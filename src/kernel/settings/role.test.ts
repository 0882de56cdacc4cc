import { expect, test } from 'vitest';
import { dutiesOf, findRoleFault } from './role.ts';

const postgres = 'postgres://line@db/plant';
const mysql = 'mysql://line@db/plant';

test('one process with a file needs nothing else', () => {
  expect(findRoleFault({ role: 'all', databaseUrl: '', redisHost: '' })).toBeUndefined();
  expect(findRoleFault({ role: 'all', databaseUrl: mysql, redisHost: '' })).toBeUndefined();
});

test('a role that could not reach the other processes is refused, with the settings it needs', () => {
  expect(findRoleFault({ role: 'web', databaseUrl: '', redisHost: 'redis' })).toMatch(/DATABASE_URL/);
  expect(findRoleFault({ role: 'scan', databaseUrl: 'sqlite:/x', redisHost: '' })).toMatch(/DATABASE_URL/);
  expect(findRoleFault({ role: 'scan', databaseUrl: mysql, redisHost: '' })).toMatch(/REDIS_HOST/);
  expect(findRoleFault({ role: 'cameras', databaseUrl: mysql, redisHost: 'redis' })).toBeUndefined();
  expect(findRoleFault({ role: 'web', databaseUrl: postgres, redisHost: '' })).toBeUndefined();
});

test('each role has its own duties, and ’all’ has every one', () => {
  expect([dutiesOf('all'), dutiesOf('web'), dutiesOf('scan'), dutiesOf('cameras')]).toEqual([
    { servesPages: true, sweeps: true },
    { servesPages: true, sweeps: false },
    { servesPages: false, sweeps: true },
    { servesPages: false, sweeps: false },
  ]);
});
