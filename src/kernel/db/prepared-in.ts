import type { Queryable } from './database.ts';
import { type Placeholders, prepared, type Query, type Values } from './prepared.ts';

/**
 * Like `prepared`, for statements inside a transaction: built once a connection and executed on the one that the
 * transaction has.
 */
export function preparedIn<V extends Values, R>(
  build: (q: Queryable, value: Placeholders<V>) => Query<R>,
): (q: Queryable, values: V) => Promise<R> {
  const byConnection = new WeakMap<Queryable, (values: V) => Promise<R>>();
  return (q, values) => {
    let run = byConnection.get(q);
    if (run === undefined) {
      run = prepared((value: Placeholders<V>) => build(q, value)) as (values: V) => Promise<R>;
      byConnection.set(q, run);
    }
    return run(values);
  };
}
