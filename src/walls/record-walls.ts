import { and, asc, eq } from 'drizzle-orm';
import { type Placeholders, prepared } from '../kernel/db/prepared.ts';
import { AppError } from '../kernel/errors.ts';
import type { Clock } from '../kernel/time/clock.ts';
import type { Db } from '../schema/db.ts';
import { maxWalls, usualDwellSec, type Wall, type WallPlan, wallPeriods } from './model.ts';

/** The walls of this site. */
export type RecordWalls = {
  /** By name. */
  list(): Promise<Wall[]>;
  /** The wall of this name, or once called so. */
  find(name: string): Promise<Wall | undefined>;
  /** @throws AppError 'conflict' where a wall has the name, or there are too many. */
  add(plan: WallPlan, by: string): Promise<void>;
  /** A wall keeps its former names as further ones. @throws AppError 'conflict' where another wall has the new name. */
  change(id: number, plan: WallPlan, by: string): Promise<void>;
  remove(id: number): Promise<void>;
};

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
  const select = prepared((value: Placeholders<{ siteId: number }>) =>
    db.read
      .select()
      .from(walls)
      .where(eq(walls.siteId, value.siteId))
      .orderBy(asc(walls.name))
      .limit(maxWalls),
  );
  const list = async (): Promise<Wall[]> =>
    (await select({ siteId })).map((row) => ({
      ...row,
      // A later version may know more periods.
      period: wallPeriods.find((period) => period === row.period) ?? '1h',
      dwellSec: row.dwellSec > 0 ? row.dwellSec : usualDwellSec,
    }));
  const find = async (name: string) => {
    const all = await list();
    return all.find((wall) => wall.name === name) ?? all.find((wall) => wall.formerNames.includes(name));
  };
  const assertFree = (all: readonly Wall[], name: string, id?: number) => {
    if (all.some((wall) => isNamed(wall, name) && wall.id !== id))
      throw new AppError('conflict', `There is a wall "${name}" already.`, { details: { field: 'name' } });
  };
  const fieldsOf = (plan: WallPlan, by: string) => ({
    name: plan.name,
    tiles: [...plan.tiles],
    period: plan.period,
    dwellSec: plan.dwellSec,
    changedAt: clock.now(),
    changedBy: by.slice(0, longestActor),
  });
  return {
    list,
    find,
    add: async (plan, by) => {
      const all = await list();
      assertFree(all, plan.name);
      if (all.length >= maxWalls)
        throw new AppError('conflict', `There are ${maxWalls} walls already. Remove one first.`);
      await db.tx((q) => q.insert(walls).values({ ...fieldsOf(plan, by), siteId, formerNames: [] }));
      onChanged();
    },
    change: async (id, plan, by) => {
      const all = await list();
      assertFree(all, plan.name, id);
      const before = all.find((wall) => wall.id === id);
      if (before === undefined) return;
      const former = before.name === plan.name ? [] : [before.name];
      const formerNames = [...former, ...before.formerNames].filter((name) => name !== plan.name);
      await db.tx((q) =>
        q
          .update(walls)
          .set({ ...fieldsOf(plan, by), formerNames: [...new Set(formerNames)].slice(0, maxFormerNames) })
          .where(and(eq(walls.id, id), eq(walls.siteId, siteId))),
      );
      onChanged();
    },
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
