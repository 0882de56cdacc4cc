import type { Db } from '../schema/db.ts';

type Dialect = { sqlToQuery(query: unknown, ...more: unknown[]): { sql: string } };

/** The texts of queries for reading that Drizzle builds from here on; executing a prepared one builds nothing. */
export function watchBuiltQueries(
  { read }: Pick<Db, 'read'>,
  onBuilt: (text: string) => void = () => {},
): Disposable & { texts: string[] } {
  const { dialect } = read as unknown as { dialect: Dialect };
  const texts: string[] = [];
  const build = dialect.sqlToQuery;
  dialect.sqlToQuery = (...asked) => {
    const query = build.apply(dialect, asked);
    texts.push(query.sql);
    onBuilt(query.sql);
    return query;
  };
  return {
    texts,
    [Symbol.dispose]: () => {
      dialect.sqlToQuery = build;
    },
  };
}
