import BetterSqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { isSafeSqlite } from './sqlite-version.ts';

test.each(['3.51.3', '3.51.10', '3.52.0', '4.0.0', '3.52'])('SQLite %s is accepted', (version) => {
  expect(isSafeSqlite(version)).toBe(true);
});

test.each(['3.51.2', '3.51', '3.9.9', '2.99.99', '', 'unknown'])('SQLite "%s" is refused', (version) => {
  expect(isSafeSqlite(version)).toBe(false);
});

test('the SQLite that comes with the product is new enough', () => {
  const connection = new BetterSqlite(':memory:');
  expect(isSafeSqlite(String(connection.prepare('select sqlite_version()').pluck().get()))).toBe(true);
  connection.close();
});
