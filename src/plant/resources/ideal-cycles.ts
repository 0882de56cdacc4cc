import { asc, lte } from 'drizzle-orm';
import { type Placeholders, prepared } from '../../kernel/db/prepared.ts';
import { upsert } from '../../kernel/db/write.ts';
import { AppError } from '../../kernel/errors.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import { dayMs } from '../../kernel/time/durations.ts';
import type { Db } from '../../schema/db.ts';

/** Stands for every station, or every model, of an ideal cycle. */
export const everyOne = 0;
/** Rows of all sites; each is set by hand. */
const maxCycles = 5_000;

/** What an ideal cycle is for: a site, one of its stations (or `everyOne`), a model (or `everyOne`). */
export type CycleScope = { siteId: number; stationId: number; partId: number };

/** Ideal time of one unit, ms, from an instant on; null takes it back. */
export type IdealCycle = CycleScope & { fromAt: number; cycleMs: number | null; setBy: string };

/** Ideal cycles, kept in memory; `refresh` reads what other processes have set. */
export type IdealCycles = {
  /** The ideal time of one unit, ms, at an instant; undefined where nobody has set one. */
  cycleOf(of: CycleScope & { at: number }): number | undefined;
  /** Those in force at an instant; taken back ones are left out. */
  listInForce(at: number, siteId: number): IdealCycle[];
  /** Sets one from now on. @throws AppError 'invalid' unless the time is above 0 and at most a day. */
  set(scope: CycleScope, value: { cycleMs: number | null; by: string }): Promise<void>;
  refresh(): Promise<void>;
};

export async function createIdealCycles(db: Db, clock: Clock, onChanged: () => void): Promise<IdealCycles> {
  const { idealCycles: table } = db.tables;
  const select = prepared((value: Placeholders<{ until: number }>) =>
    db.read
      .select()
      .from(table)
      .where(lte(table.fromAt, value.until))
      .orderBy(asc(table.fromAt))
      .limit(maxCycles),
  );
  let rows: IdealCycle[] = [];
  const refresh = async () => {
    rows = await select({ until: Number.MAX_SAFE_INTEGER });
  };
  await refresh();

  const isSame = (a: CycleScope, b: CycleScope) =>
    a.siteId === b.siteId && a.stationId === b.stationId && a.partId === b.partId;
  /** What was set first also holds for the time before: no plant knew its cycles before it began. */
  function inForce(scope: CycleScope, at: number): number | null {
    const own = rows.filter((row) => isSame(row, scope));
    return (own.findLast(({ fromAt }) => fromAt <= at) ?? own[0])?.cycleMs ?? null;
  }

  return {
    refresh,
    cycleOf: ({ siteId, stationId, partId, at }) => {
      const scopes = [
        { siteId, stationId, partId },
        { siteId, stationId, partId: everyOne },
        { siteId, stationId: everyOne, partId },
        { siteId, stationId: everyOne, partId: everyOne },
      ];
      for (const scope of scopes) {
        const found = inForce(scope, at);
        if (found !== null) return found;
      }
      return undefined;
    },
    listInForce: (at, siteId) => {
      const groups = Map.groupBy(
        rows.filter((row) => row.siteId === siteId && row.fromAt <= at),
        ({ stationId, partId }) => `${stationId}:${partId}`,
      );
      return [...groups.values()].flatMap((group) => {
        const last = group.at(-1);
        return last && last.cycleMs !== null ? [last] : [];
      });
    },
    set: async (scope, { cycleMs, by }) => {
      if (cycleMs !== null && !(cycleMs > 0 && cycleMs <= dayMs)) {
        throw new AppError('invalid', 'An ideal cycle is longer than 0 s and at most a day.', {
          details: { field: 'seconds' },
        });
      }
      const row = { ...scope, fromAt: clock.now(), cycleMs, setBy: by.slice(0, 150) };
      await db.tx((q) =>
        upsert(db.dialect, q, table, [row], {
          target: [table.siteId, table.stationId, table.partId, table.fromAt],
          set: { cycleMs, setBy: row.setBy },
        }),
      );
      await refresh();
      onChanged();
    },
  };
}
