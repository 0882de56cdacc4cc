import { and, asc, eq, type Placeholder } from 'drizzle-orm';
import type { Queryable } from '../kernel/db/database.ts';
import { type Placeholders, prepared } from '../kernel/db/prepared.ts';
import type { Clock } from '../kernel/time/clock.ts';
import type { Db } from '../schema/db.ts';
import { maxWalls, usualDwellSec, type Wall, type WallPlan, wallPeriods } from './model.ts';

/** The walls of this site. */
export type RecordWalls = {
  /** By name. */
  list(): Promise<Wall[]>;
  /** The wall of this name, or once called so. */
  find(name: string): Promise<Wall | undefined>;
  /**
   * Writes a wall if `check` finds nothing against it among all there are in that moment, else answers what it found. Two of the same name that
   * come at once are written one after the other, also by two processes.
   */
  add<F>(plan: WallPlan, by: string, check: WallCheck<F>): Promise<F | null>;
  /** The same for a wall there is, which keeps its former names as further ones. Nothing happens where it is gone. */
  change<F>(id: number, plan: WallPlan, by: string, check: WallCheck<F>): Promise<F | null>;
  remove(id: number): Promise<void>;
};

/** What is wrong with a plan among these walls; null for nothing. */
export type WallCheck<F> = (all: readonly Wall[]) => F | null;

/** Longest list of former names; a screen that still knows an older one is told that there is no such wall. */
const maxFormerNames = 10;
const longestActor = 150;

/** `onChanged` runs after each change. */
export function createRecordWalls({
  db,
  clock,
  siteId,
  onChanged,
}: {
  db: Db;
  clock: Clock;
  siteId: number;
  onChanged: () => void;
}): RecordWalls {
  const { walls } = db.tables;
  const selectFrom = (q: Queryable, of: number | Placeholder) =>
    q.select().from(walls).where(eq(walls.siteId, of)).orderBy(asc(walls.name)).limit(maxWalls);
  const select = prepared((value: Placeholders<{ siteId: number }>) => selectFrom(db.read, value.siteId));
  const wallOf = (row: Awaited<ReturnType<typeof select>>[number]): Wall => ({
    ...row,
    // A later version may know more periods.
    period: wallPeriods.find((period) => period === row.period) ?? '1h',
    dwellSec: row.dwellSec > 0 ? row.dwellSec : usualDwellSec,
  });
  const list = async (): Promise<Wall[]> => (await select({ siteId })).map(wallOf);
  const find = async (name: string) => {
    const all = await list();
    return all.find((wall) => wall.name === name) ?? all.find((wall) => wall.formerNames.includes(name));
  };
  const fieldsOf = (plan: WallPlan, by: string) => ({
    name: plan.name,
    tiles: [...plan.tiles],
    period: plan.period,
    dwellSec: plan.dwellSec,
    changedAt: clock.now(),
    changedBy: by.slice(0, longestActor),
  });
  /** Of two processes the one that comes second is refused by the index of names; what it is to answer is found by looking again. */
  const write = async <F>(
    check: WallCheck<F>,
    run: (q: Queryable, all: readonly Wall[]) => Promise<unknown>,
  ): Promise<F | null> => {
    try {
      const fault = await db.tx(async (q) => {
        const all = (await selectFrom(q, siteId)).map(wallOf);
        const found = check(all);
        if (found === null) await run(q, all);
        return found;
      });
      if (fault === null) onChanged();
      return fault;
    } catch (error) {
      const fault = check(await list());
      if (fault !== null) return fault;
      throw error;
    }
  };
  return {
    list,
    find,
    add: (plan, by, check) =>
      write(check, (q) => q.insert(walls).values({ ...fieldsOf(plan, by), siteId, formerNames: [] })),
    change: (id, plan, by, check) =>
      write(check, async (q, all) => {
        const before = all.find((wall) => wall.id === id);
        if (before === undefined) return;
        const former = before.name === plan.name ? [] : [before.name];
        const formerNames = [...former, ...before.formerNames].filter((name) => name !== plan.name);
        await q
          .update(walls)
          .set({ ...fieldsOf(plan, by), formerNames: [...new Set(formerNames)].slice(0, maxFormerNames) })
          .where(and(eq(walls.id, id), eq(walls.siteId, siteId)));
      }),
    remove: async (id) => {
      await db.tx((q) => q.delete(walls).where(and(eq(walls.id, id), eq(walls.siteId, siteId))));
      onChanged();
    },
  };
}

/** Whether a wall has this name, or had it: screens that know it must not find another one. */
export function isNamed({ name, formerNames }: Wall, asked: string): boolean {
  return name === asked || formerNames.includes(asked);
}
