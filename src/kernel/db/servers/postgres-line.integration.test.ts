import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DatabaseServer, isMissing, startDatabaseServer } from '../../../testing/database-servers.ts';
import { openPostgresLine } from './postgres-line.ts';

describe.skipIf(isMissing('postgres'))('a connection to PostgreSQL outside the pool', () => {
  let server: DatabaseServer;
  beforeAll(async () => {
    server = await startDatabaseServer('postgres');
    server.createDatabase('line');
  });
  afterAll(() => server.close());

  test('runs concurrent queries in turn, and a faulty one fails for its caller only', async () => {
    const warnings: string[] = [];
    const note = (warning: Error) => warnings.push(warning.message);
    process.on('warning', note);
    const { connection, beat, destroy } = await openPostgresLine(server.url('line'), 'test');
    const answers = await Promise.allSettled([
      connection.query('select 1 as n'),
      connection.query('select wrong'),
      beat(),
      connection.query('select $1::int as n', [4]),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    expect(await connection.query('select 5 as n')).toMatchObject({ rows: [{ n: 5 }] });
    await new Promise(setImmediate);
    process.off('warning', note);
    destroy();
    expect(warnings).toEqual([]);
  });
});
