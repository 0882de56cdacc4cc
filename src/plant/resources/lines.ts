import { and, asc, eq } from 'drizzle-orm';
import { type Placeholders, prepared } from '../../kernel/db/prepared.ts';
import { insertMissing } from '../../kernel/db/write.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import type { Db } from '../../schema/db.ts';

/** A production line of a site. */
export type Line = { id: number; siteId: number; name: string };

/** Why a change of a line was refused; the key of a text. */
export type LineFault = 'gone' | 'badName' | 'taken' | 'tooMany';

/** The lines of the sites, kept in memory; `refresh` reads what other processes have changed. */
export type Lines = {
  get(id: number): Line | undefined;
  find(siteId: number, name: string): Line | undefined;
  /** In natural order of the name. */
  list(siteId: number): Line[];
  add(siteId: number, name: string): Promise<LineFault | undefined>;
  rename(siteId: number, id: number, name: string): Promise<LineFault | undefined>;
  /** Its stations stand in no line then, and its shift plans are gone. */
  remove(siteId: number, id: number): Promise<LineFault | undefined>;
  refresh(): Promise<void>;
};

const longestName = 100;
/** Lines of one site. */
const maxLines = 500;
/** Rows of all sites kept in memory. */
const maxRows = 5_000;
const inOrder = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** `onChanged` runs after each change, once the lines in memory have it. */
export async function createLines(db: Db, clock: Clock, onChanged: () => void): Promise<Lines> {
  const { lines: table, stations, shiftPlans } = db.tables;
  const select = prepared((value: Placeholders<{ limit: number }>) =>
    db.read
      .select({ id: table.id, siteId: table.siteId, name: table.name })
      .from(table)
      .orderBy(asc(table.id))
      .limit(value.limit),
  );
  let byId = new Map<number, Line>();
  const refresh = async () => {
    byId = new Map((await select({ limit: maxRows })).map((row) => [row.id, row]));
  };
  await refresh();
  const list = (siteId: number) =>
    [...byId.values()]
      .filter((line) => line.siteId === siteId)
      .sort((a, b) => inOrder.compare(a.name, b.name) || a.id - b.id);
  const find = (siteId: number, name: string) => list(siteId).find((line) => line.name === name);
  const isOf = (siteId: number, id: number) => byId.get(id)?.siteId === siteId;

  async function finish(): Promise<undefined> {
    await refresh();
    onChanged();
  }

  return {
    get: (id) => byId.get(id),
    find,
    list,
    refresh,
    add: async (siteId, typed) => {
      const name = typed.normalize('NFC').trim();
      if (!isName(name)) return 'badName';
      if (find(siteId, name)) return 'taken';
      if (list(siteId).length >= maxLines) return 'tooMany';
      await db.tx((q) => insertMissing(db.dialect, q, table, [{ siteId, name, createdAt: clock.now() }]));
      return finish();
    },
    rename: async (siteId, id, typed) => {
      const name = typed.normalize('NFC').trim();
      if (!isOf(siteId, id)) return 'gone';
      if (!isName(name)) return 'badName';
      const isTaken = await db.tx(async (q) => {
        const same = and(eq(table.siteId, siteId), eq(table.name, name));
        const [other] = await q.select({ id: table.id }).from(table).where(same);
        if (other) return other.id !== id;
        await q.update(table).set({ name }).where(eq(table.id, id));
        return false;
      });
      return isTaken ? 'taken' : finish();
    },
    remove: async (siteId, id) => {
      if (!isOf(siteId, id)) return 'gone';
      await db.tx(async (q) => {
        await q
          .update(stations)
          .set({ lineId: 0 })
          .where(and(eq(stations.siteId, siteId), eq(stations.lineId, id)));
        await q.delete(shiftPlans).where(and(eq(shiftPlans.siteId, siteId), eq(shiftPlans.lineId, id)));
        await q.delete(table).where(eq(table.id, id));
      });
      return finish();
    },
  };
}

function isName(name: string): boolean {
  return name !== '' && name.length <= longestName && !/\p{Cc}/u.test(name) && name.isWellFormed();
}
