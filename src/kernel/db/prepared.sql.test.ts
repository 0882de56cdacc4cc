import { and, asc, desc, eq, gt, inArray } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '../../schema/db.ts';
import { watchBuiltQueries } from '../../testing/built-queries.ts';
import { openTestDb, testDialect } from '../../testing/databases.ts';
import { type Placeholders, perDatabase, prepared } from './prepared.ts';

describe(`a prepared query on ${testDialect}`, () => {
  let db: Db;
  beforeAll(async () => {
    db = await openTestDb(testDialect);
    const names = ['S1', 'S2', 'S3', 'S4', 'S5'];
    await db.tx((q) =>
      q
        .insert(db.tables.stations)
        .values(names.map((name, i) => ({ siteId: 1 + (i % 2), name, createdAt: i }))),
    );
  });
  afterAll(() => db.close());

  const openQuery = () => {
    const { stations } = db.tables;
    return prepared(
      (
        value: Placeholders<{ siteId?: number; after?: number; names?: readonly string[]; limit: number }>,
        direction: 'older' | 'newer',
      ) =>
        db.read
          .select({ name: stations.name })
          .from(stations)
          .where(
            and(
              value.siteId && eq(stations.siteId, value.siteId),
              value.after && gt(stations.createdAt, value.after),
              value.names && inArray(stations.name, value.names),
            ),
          )
          .orderBy(direction === 'newer' ? asc(stations.createdAt) : desc(stations.createdAt))
          .limit(value.limit),
    );
  };
  const namesOf = (rows: { name: string }[]) => rows.map(({ name }) => name).join(' ');

  test('is built once for each set of values that are given, and answers to the values of each call', async () => {
    const list = openQuery();
    using built = watchBuiltQueries(db);
    expect(namesOf(await list({ limit: 2 }, 'newer'))).toBe('S1 S2');
    expect(namesOf(await list({ limit: 3 }, 'newer'))).toBe('S1 S2 S3');
    expect(namesOf(await list({ limit: 3, siteId: undefined }, 'newer'))).toBe('S1 S2 S3');
    expect(built.texts).toHaveLength(1);
    expect(namesOf(await list({ limit: 9, siteId: 1 }, 'newer'))).toBe('S1 S3 S5');
    expect(namesOf(await list({ limit: 9, siteId: 2 }, 'newer'))).toBe('S2 S4');
    expect(namesOf(await list({ limit: 9, siteId: 1, after: 0 }, 'newer'))).toBe('S3 S5');
    expect(namesOf(await list({ limit: 9, siteId: 1, after: 2 }, 'newer'))).toBe('S5');
    expect(built.texts).toHaveLength(3);
    expect(namesOf(await list({ limit: 9, siteId: 1, after: 0 }, 'older'))).toBe('S5 S3');
    expect(built.texts).toHaveLength(4);
  });

  test('takes lists of any length with few statements', async () => {
    const list = openQuery();
    using built = watchBuiltQueries(db);
    for (const names of [['S2'], ['S4', 'S1'], ['S1', 'S2', 'S5'], ['S1', 'S2', 'S3', 'S5']])
      expect(namesOf(await list({ limit: 9, names }, 'newer'))).toBe(names.toSorted().join(' '));
    expect(built.texts).toHaveLength(3);
  });

  test('is answered alike when it is asked several times at once', async () => {
    const list = openQuery();
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, i) => list({ limit: 9, siteId: 1 + (i % 2) }, 'newer')),
    );
    expect(answers.map(namesOf)).toEqual(answers.map((_, i) => (i % 2 === 0 ? 'S1 S3 S5' : 'S2 S4')));
  });

  test('is made once a database where a function is handed one', async () => {
    const select = perDatabase(({ read, tables: { stations } }: Db) =>
      prepared((value: Placeholders<{ name: string }>) =>
        read.select({ siteId: stations.siteId }).from(stations).where(eq(stations.name, value.name)),
      ),
    );
    using built = watchBuiltQueries(db);
    expect(await select(db)({ name: 'S2' })).toEqual([{ siteId: 2 }]);
    expect(await select(db)({ name: `S2' or 1=1` })).toEqual([]);
    expect(built.texts).toHaveLength(1);
  });
});
