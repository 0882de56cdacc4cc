import type { AnyColumn, SQL } from 'drizzle-orm';
import {
  bigint,
  boolean,
  doublePrecision,
  index,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import type { Kit } from './kit.ts';

const wholeNumber = (name: string) => bigint(name, { mode: 'number' });

/** PostgreSQL's builders behind the canonical kit type. */
export const postgresKit = {
  table: pgTable,
  key: (name: string) => wholeNumber(name).primaryKey().generatedByDefaultAsIdentity(),
  factId: (name: string) => wholeNumber(name).notNull().generatedByDefaultAsIdentity(),
  ref: wholeNumber,
  text: (name: string) => text(name),
  enumText: (name: string) => text(name),
  int: wholeNumber,
  ms: wholeNumber,
  real: (name: string) => doublePrecision(name),
  bool: (name: string) => boolean(name),
  json: (name: string) => jsonb(name),
  index: (name: string, columns: [AnyColumn], where?: SQL) => {
    const built = index(name).on(...(columns as never as [never]));
    return where ? built.where(where) : built;
  },
  uniqueIndex: (name: string, columns: [AnyColumn]) => uniqueIndex(name).on(...(columns as never as [never])),
  primaryKey: (columns: [AnyColumn]) => primaryKey({ columns: columns as never }),
  factKey: (id: AnyColumn, shard: AnyColumn) => [primaryKey({ columns: [id, shard] as never })],
  factUniqueIndex: (name: string, columns: [AnyColumn], shard: AnyColumn) =>
    uniqueIndex(name).on(...([...columns, shard] as never as [never])),
} as unknown as Kit;
