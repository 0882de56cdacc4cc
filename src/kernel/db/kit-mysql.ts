import type { AnyColumn } from 'drizzle-orm';
import {
  bigint,
  boolean,
  customType,
  double,
  index,
  mysqlTable,
  primaryKey,
  uniqueIndex,
  varchar,
} from 'drizzle-orm/mysql-core';
import type { Kit } from './kit.ts';

const wholeNumber = (name: string) => bigint(name, { mode: 'number' });

/** MariaDB answers JSON as text and MySQL is asked to (`jsonStrings`), so that it is parsed here for both. */
const jsonText = customType<{ data: unknown; driverData: string }>({
  dataType: () => 'json',
  toDriver: (value) => JSON.stringify(value),
  fromDriver: (text) => JSON.parse(text),
});

/** MySQL's and MariaDB's builders behind the canonical kit type; text has a length there, partial indexes are whole. */
export const mysqlKit = {
  table: mysqlTable,
  key: (name: string) => wholeNumber(name).autoincrement().primaryKey(),
  factId: (name: string) => wholeNumber(name).autoincrement().primaryKey(),
  ref: wholeNumber,
  text: (name: string, maxLength: number) => varchar(name, { length: maxLength }),
  enumText: (name: string) => varchar(name, { length: 32 }),
  int: wholeNumber,
  ms: wholeNumber,
  real: (name: string) => double(name),
  bool: (name: string) => boolean(name),
  json: (name: string) => jsonText(name),
  index: (name: string, columns: [AnyColumn]) => index(name).on(...(columns as never as [never])),
  uniqueIndex: (name: string, columns: [AnyColumn]) => uniqueIndex(name).on(...(columns as never as [never])),
  primaryKey: (columns: [AnyColumn]) => primaryKey({ columns: columns as never }),
  factKey: () => [],
  factUniqueIndex: (name: string, columns: [AnyColumn]) =>
    uniqueIndex(name).on(...(columns as never as [never])),
} as unknown as Kit;
