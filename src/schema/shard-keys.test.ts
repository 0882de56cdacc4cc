import { getTableConfig, type PgTable } from 'drizzle-orm/pg-core';
import { expect, test } from 'vitest';
import * as tables from './postgres.ts';

/** Columns by which a group of plants can spread its facts over several PostgreSQL machines. */
const shardColumns = ['station_id', 'channel_id', 'camera_id', 'image_id'];
/** Tables about the plant itself, which every machine would hold whole: they name a station, but hold no facts of it. */
const ofThePlant = ['directories', 'station_aliases', 'targets', 'kiosk_links', 'api_tokens'];

test('on PostgreSQL every key and unique index of a table of facts contains its shard column', () => {
  const facts = Object.values(tables)
    .map((table) => getTableConfig(table as unknown as PgTable))
    .filter(({ name, columns }) => {
      return !ofThePlant.includes(name) && columns.some((column) => shardColumns.includes(column.name));
    });
  expect(facts.map(({ name }) => name)).toEqual(expect.arrayContaining(['inspections', 'live_images']));
  const faults = facts.flatMap(({ name, columns, primaryKeys, indexes }) => {
    const keys = [
      ...columns.filter(({ primary }) => primary).map((column) => [column.name]),
      ...primaryKeys.map((key) => key.columns.map((column) => column.name)),
      ...indexes
        .filter(({ config }) => config.unique)
        .map(({ config }) => config.columns.map((column) => ('name' in column ? column.name : ''))),
    ];
    if (keys.length === 0) return [`${name} has no key`];
    return keys
      .filter((key) => !key.some((column) => shardColumns.includes(column ?? '')))
      .map((key) => `${name}: ${key.join(', ')}`);
  });
  expect(faults).toEqual([]);
});
