import { asc, lte } from 'drizzle-orm';
import { type Placeholders, prepared } from '../kernel/db/prepared.ts';
import { upsert } from '../kernel/db/write.ts';
import { AppError } from '../kernel/errors.ts';
import type { Clock } from '../kernel/time/clock.ts';
import type { Db } from '../schema/db.ts';
import type { PlantNames } from './names.ts';

/** Stands for every station, or every model, of a target. */
export const everyId = 0;
/** Rows of one site; each is set by hand. */
const maxTargets = 5_000;

/** What a target is for: a site, one of its stations (or `everyId`), a model (or `everyId`). */
export type TargetScope = { siteId: number; stationId: number; partId: number };

/** A target yield, 0..1, from an instant on; null takes the target back. */
export type Target = TargetScope & { fromAt: number; yield: number | null; setBy: string };

/** Target yields, kept in memory; `refresh` reads what other processes have set. */
export type Targets = {
  /** The target that holds for a model of a station at an instant; undefined where nobody has set one. */
  targetOf(of: { stationId: number; partId: number; at: number }): number | undefined;
  /** The targets in force at an instant, of one site or of all; those that were taken back are left out. */
  listInForce(at: number, siteId?: number): Target[];
  /** Sets a target from now on. @throws AppError 'invalid' unless the yield is above 0 and below 1. */
  set(scope: TargetScope, value: { yield: number | null; by: string }): Promise<void>;
  refresh(): Promise<void>;
};

export async function createTargets(
  db: Db,
  clock: Clock,
  names: Pick<PlantNames, 'siteIdOf'>,
): Promise<Targets> {
  const { targets: table } = db.tables;
  const select = prepared((value: Placeholders<{ until: number }>) =>
    db.read
      .select()
      .from(table)
      .where(lte(table.fromAt, value.until))
      .orderBy(asc(table.fromAt))
      .limit(maxTargets),
  );
  let rows: Target[] = [];
  const refresh = async () => {
    rows = await select({ until: Number.MAX_SAFE_INTEGER });
  };
  await refresh();

  function inForce(scope: TargetScope, at: number): number | null {
    const last = rows.findLast((row) => isSame(row, scope) && row.fromAt <= at);
    return last?.yield ?? null;
  }

  return {
    refresh,
    targetOf: ({ stationId, partId, at }) => {
      const siteId = names.siteIdOf(stationId);
      // The most particular one; a station's own goes before that of a model everywhere.
      const scopes = [
        { siteId, stationId, partId },
        { siteId, stationId, partId: everyId },
        { siteId, stationId: everyId, partId },
        { siteId, stationId: everyId, partId: everyId },
      ];
      for (const scope of scopes) {
        const found = inForce(scope, at);
        if (found !== null) return found;
      }
      return undefined;
    },
    listInForce: (at, siteId) => {
      const groups = Map.groupBy(
        rows.filter((row) => row.fromAt <= at && (siteId === undefined || row.siteId === siteId)),
        (row) => `${row.siteId}:${row.stationId}:${row.partId}`,
      );
      return [...groups.values()].flatMap((group) => {
        const last = group.at(-1);
        return last && last.yield !== null ? [last] : [];
      });
    },
    set: async (scope, { yield: rate, by }) => {
      if (rate !== null && !(rate > 0 && rate < 1)) {
        throw new AppError('invalid', 'A target yield lies between 0 and 100 %, both excluded.', {
          details: { field: 'yield' },
        });
      }
      const row = { ...scope, fromAt: clock.now(), yield: rate, setBy: by.slice(0, 150) };
      await db.tx((q) =>
        upsert(db.dialect, q, table, [row], {
          target: [table.siteId, table.stationId, table.partId, table.fromAt],
          set: { yield: rate, setBy: row.setBy },
        }),
      );
      await refresh();
    },
  };
}

function isSame(a: TargetScope, b: TargetScope): boolean {
  return a.siteId === b.siteId && a.stationId === b.stationId && a.partId === b.partId;
}
