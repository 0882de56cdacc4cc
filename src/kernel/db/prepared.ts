import { type Placeholder, sql } from 'drizzle-orm';
import { LRUCache } from 'lru-cache';

/** What a query takes; a list is meant for `inArray` and must not be empty. */
export type Values = Record<string, number | string | readonly number[] | readonly string[] | undefined>;

/** Stands for each value while the query is built; undefined where the caller left an optional value out. */
export type Placeholders<V> = {
  [K in keyof V]: NonNullable<V[K]> extends readonly unknown[] ? Placeholder[] : Placeholder;
};

/** A select of Drizzle, of any dialect. */
export type Query<R> = PromiseLike<R> & { prepare(): unknown };
type Statement<R> = { execute(values: Record<string, unknown>): PromiseLike<R> };

/** Values and shape may be left out where the query has none. */
type Asked<V, S> = undefined extends S
  ? Partial<V> extends V
    ? [values?: V]
    : [values: V]
  : [values: V, shape: S];

/** Statements kept for one query. Code has far fewer shapes; the limit is for a mistake in it. */
const maxStatements = 64;

/**
 * A query that is built and prepared at its first use and only executed afterwards: building takes several times as long
 * as reading a few rows. One statement is kept for each set of values that are given, so that a filter that is left out
 * is no condition at all and the plan is as good as that of a query built for the occasion. What must be written into
 * the statement itself (a direction, the verdict of a partial index) is the `shape`.
 *
 * On PostgreSQL the statements have no name: the text is built once, and the server plans with the values at hand. That
 * keeps partial indexes and narrow windows well estimated, works behind a pooler, and has nothing to lose with a
 * connection. mysql2 sends text in any case. SQLite keeps the compiled statement for as long as the database is open.
 */
export function prepared<V extends Values, R, S = undefined>(
  build: (value: Placeholders<V>, shape: S) => Query<R>,
): (...asked: Asked<V, S>) => Promise<R> {
  const statements = new LRUCache<string, Statement<R>>({ max: maxStatements });
  return async (...[values = {} as V, shape]) => {
    let key = shape === undefined ? '' : JSON.stringify(shape);
    const sent: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(values)) {
      if (value === undefined) continue;
      if (typeof value === 'object') {
        const length = paddedLength(value.length);
        for (let i = 0; i < length; i++) sent[itemName(name, i)] = value[Math.min(i, value.length - 1)];
        key += `|${name}:${length}`;
      } else {
        sent[name] = value;
        key += `|${name}`;
      }
    }
    let statement = statements.get(key);
    if (!statement) {
      statement = build(placeholdersOf(values), shape as S).prepare() as Statement<R>;
      statements.set(key, statement);
    }
    return statement.execute(sent);
  };
}

function placeholdersOf<V extends Values>(values: V): Placeholders<V> {
  const placeholders: Record<string, Placeholder | Placeholder[]> = {};
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue;
    placeholders[name] =
      typeof value === 'object'
        ? Array.from({ length: paddedLength(value.length) }, (_, i) => sql.placeholder(itemName(name, i)))
        : sql.placeholder(name);
  }
  return placeholders as Placeholders<V>;
}

/** Lists are filled up with their last value to a power of two, so that a few statements serve any length. */
function paddedLength(length: number): number {
  return 2 ** Math.ceil(Math.log2(length));
}

function itemName(name: string, index: number): string {
  return `${name}.${index}`;
}

/** What is made once for each database, for functions that are handed theirs. */
export function perDatabase<D extends object, T>(make: (db: D) => T): (db: D) => T {
  const made = new WeakMap<D, T>();
  return (db) => {
    const known = made.get(db) ?? make(db);
    made.set(db, known);
    return known;
  };
}
