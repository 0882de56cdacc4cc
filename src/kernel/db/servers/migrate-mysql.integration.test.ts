import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { isMissing } from '../../../testing/database-servers.ts';
import { createServerDatabase } from '../../../testing/databases.ts';
import { createLog } from '../../log.ts';
import { systemClock } from '../../time/clock.ts';
import { mysqlConnectionOptions, openMysql } from './open-mysql.ts';

const log = createLog({ level: 'silent', pretty: false });

describe.skipIf(isMissing('mariadb'))('a migration on MariaDB', () => {
  let url: string;
  let folder: string;
  let connection: mysql.Connection;

  beforeEach(async () => {
    url = await createServerDatabase('mariadb');
    folder = mkdtempSync(join(tmpdir(), 'linesight-migrations-'));
    connection = await mysql.createConnection(mysqlConnectionOptions(url));
    onTestFinished(async () => {
      await connection.end();
      rmSync(folder, { recursive: true });
    });
  });

  /** Starts a program whose one migration has these statements. */
  async function start(...statements: string[]): Promise<void> {
    mkdirSync(join(folder, 'meta'), { recursive: true });
    const entry = { idx: 0, version: '5', when: 1_000, tag: '0000_start', breakpoints: true };
    writeFileSync(join(folder, 'meta', '_journal.json'), JSON.stringify({ entries: [entry] }));
    writeFileSync(join(folder, '0000_start.sql'), statements.join('--> statement-breakpoint\n'));
    const db = await openMysql({ url, tables: {}, migrationsFolder: folder, clock: systemClock, log });
    await db.close();
  }
  const read = async (query: string) =>
    (await connection.query<mysql.RowDataPacket[]>({ sql: query, rowsAsArray: true }))[0].flat();

  const first = ['create table a (n bigint)', 'insert into a values (1)', 'alter table a add m bigint'];

  test('that was interrupted goes on where it ended, and nothing is done twice', async () => {
    await expect(start(...first, 'wrong')).rejects.toThrow('wrong');
    // The next change was made, but the process ended before it could note that.
    await connection.query('create table b (n bigint)');
    await connection.query('update __linesight_migration set begun = 4');
    await start(...first, 'create table b (n bigint)', 'insert into b select n from a');
    expect([await read('select n from a'), await read('select n from b')]).toEqual([[1], [1]]);
    expect(await read('select count(*) from __drizzle_migrations')).toEqual([1]);
    expect(await read("show tables like '\\_\\_linesight%'")).toEqual([]);
  });

  test('that finds tables of another program is refused', async () => {
    await connection.query('create table a (n bigint)');
    for (let i = 0; i < 2; i++) {
      await expect(start(...first)).rejects.toThrow(
        /Table 'a' already exists \(step 1 of 3\).*or the tables belong to another program.*an empty database/,
      );
    }
  });

  test('that an earlier version left midway, without a note of how far it came, is refused with what to do', async () => {
    // It made the table and its row, and ended before the column: doing the row again would make two of it.
    await connection.query('create table a (n bigint)');
    await connection.query('insert into a values (1)');
    await expect(start(...first)).rejects.toThrow(/interrupted.*Restore the backup from before the update/);
    expect(await read('select n from a')).toEqual([1]);
  });
});
