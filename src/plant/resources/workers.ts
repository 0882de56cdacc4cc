import { and, asc, eq, isNull } from 'drizzle-orm';
import { type Placeholders, prepared } from '../../kernel/db/prepared.ts';
import { insertMissing } from '../../kernel/db/write.ts';
import { AppError } from '../../kernel/errors.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import type { Db } from '../../schema/db.ts';

/** A person whose activity is recorded. `code` is what events call them, `name` '' if nobody said. */
export type Worker = { id: number; siteId: number; code: string; name: string };

/** Rows of all sites kept in memory. */
const maxWorkers = 20_000;

/** The workers of the sites, kept in memory; `refresh` reads what other processes have changed. */
export type Workers = {
  find(siteId: number, code: string): Worker | undefined;
  get(id: number): Worker | undefined;
  /** In natural order of the code (W2 before W10). */
  list(siteId: number): Worker[];
  /** Adds a worker, or changes the name of the one with this code; no name leaves it. @throws AppError 'conflict' when there are too many. */
  put(siteId: number, worker: { code: string; name?: string | undefined }): Promise<Worker>;
  /** Forgets who somebody was: code and name are cleared, the row and all that it did stays. False when there is none. */
  remove(id: number): Promise<boolean>;
  /** Removes every worker of a site whose events are gone. */
  removeAll(siteId: number): Promise<void>;
  refresh(): Promise<void>;
};

const byCode = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** `onChanged` runs after each change, once the workers in memory have it. */
export async function createWorkers(db: Db, clock: Clock, onChanged: () => void): Promise<Workers> {
  const { workers: table } = db.tables;
  const columns = { id: table.id, siteId: table.siteId, code: table.code, name: table.name };
  const select = prepared((value: Placeholders<{ limit: number }>) =>
    db.read
      .select(columns)
      .from(table)
      .where(isNull(table.removedAt))
      .orderBy(asc(table.id))
      .limit(value.limit),
  );
  let byId = new Map<number, Worker>();
  let byKey = new Map<string, Worker>();
  const refresh = async () => {
    const rows = await select({ limit: maxWorkers });
    byId = new Map(rows.map((row) => [row.id, row]));
    byKey = new Map(rows.map((row) => [keyOf(row.siteId, row.code), row]));
  };
  await refresh();
  return {
    find: (siteId, code) => byKey.get(keyOf(siteId, code)),
    get: (id) => byId.get(id),
    list: (siteId) =>
      [...byId.values()]
        .filter((worker) => worker.siteId === siteId)
        .sort((a, b) => byCode.compare(a.code, b.code) || a.id - b.id),
    put: async (siteId, { code, name }) => {
      const known = byKey.get(keyOf(siteId, code));
      if (known && (name === undefined || name === known.name)) return known;
      if (!known && byId.size >= maxWorkers)
        throw new AppError('conflict', `There are ${maxWorkers} workers already. Remove some first.`);
      await db.tx(async (q) => {
        const row = { siteId, code, name: name ?? '', createdAt: clock.now() };
        await insertMissing(db.dialect, q, table, [row]);
        if (name !== undefined)
          await q
            .update(table)
            .set({ name })
            .where(and(eq(table.siteId, siteId), eq(table.code, code)));
      });
      await refresh();
      onChanged();
      const made = byKey.get(keyOf(siteId, code));
      if (!made) throw new Error(`No row for the worker ${JSON.stringify(code)} just written`);
      return made;
    },
    remove: async (id) => {
      if (!byId.has(id)) return false;
      await db.tx((q) => q.update(table).set(removedWorker(id, clock.now())).where(eq(table.id, id)));
      await refresh();
      onChanged();
      return true;
    },
    removeAll: async (siteId) => {
      await db.tx((q) => q.delete(table).where(eq(table.siteId, siteId)));
      await refresh();
      onChanged();
    },
    refresh,
  };
}

/** What the row of a removed worker says. Its code is none that an event can have, because codes are unique. */
export function removedWorker(id: number, now: number): { code: string; name: string; removedAt: number } {
  return { code: `\u0001${id}`, name: '', removedAt: now };
}

function keyOf(siteId: number, code: string): string {
  return `${siteId}:${code}`;
}
