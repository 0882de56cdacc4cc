import { and, eq, inArray } from 'drizzle-orm';
import type { Queryable } from '../../kernel/db/database.ts';
import { insertMissing, upsert } from '../../kernel/db/write.ts';
import type { Db } from '../../schema/db.ts';
import { nextKeptId } from '../../schema/kept-ids.ts';
import { removedWorker } from '../resources/workers.ts';
import type { ShiftPlan } from '../shifts/shift-plan.ts';
import type { SnapshotStation } from './plant-snapshot.ts';

/** Rows that have no model or station, or no line. */
const none = 0;
const longestActor = 150;

/** Writes what a plan has decided, in one transaction. Ids below 0 stand for rows that it has added itself. */
export type PlantWriter = ReturnType<typeof createPlantWriter>;

export function createPlantWriter(
  db: Db,
  q: Queryable,
  { siteId, now, by }: { siteId: number; now: number; by: string },
) {
  const { lines, stations, stationAliases, parts, idealCycles, targets, workers, shiftPlans } = db.tables;
  const setBy = by.slice(0, longestActor);
  const made = {
    line: new Map<number, number>(),
    station: new Map<number, number>(),
    part: new Map<number, number>(),
  };
  const idOf = (kind: keyof typeof made, id: number): number => {
    const found = id < none ? made[kind].get(id) : id;
    if (found === undefined) throw new Error(`The ${kind} ${id} of the plan was not added`);
    return found;
  };

  return {
    addLine: async (id: number, name: string) => {
      await insertMissing(db.dialect, q, lines, [{ siteId, name, createdAt: now }]);
      const [row] = await q
        .select({ id: lines.id })
        .from(lines)
        .where(and(eq(lines.siteId, siteId), eq(lines.name, name)));
      if (row) made.line.set(id, row.id);
    },
    /** Its stations stand in no line then, and its shift plans are gone. */
    removeLine: async (id: number) => {
      await q
        .update(stations)
        .set({ lineId: none })
        .where(and(eq(stations.siteId, siteId), eq(stations.lineId, id)));
      await q.delete(shiftPlans).where(and(eq(shiftPlans.siteId, siteId), eq(shiftPlans.lineId, id)));
      await q.delete(lines).where(eq(lines.id, id));
    },
    addStation: async (
      id: number,
      row: Pick<SnapshotStation, 'name' | 'isInspected' | 'type' | 'hiddenAt'>,
    ) => {
      const kept = await nextKeptId(db, q, 'stationIds');
      const values = { ...row, siteId, createdAt: now };
      await insertMissing(db.dialect, q, stations, [kept === undefined ? values : { ...values, id: kept }]);
      const [found] = await q
        .select({ id: stations.id })
        .from(stations)
        .where(
          and(
            eq(stations.siteId, siteId),
            eq(stations.name, row.name),
            eq(stations.isInspected, row.isInspected),
          ),
        );
      if (found) made.station.set(id, found.id);
    },
    setStation: async (
      id: number,
      { lineId, mergedInto, ...values }: Partial<Omit<SnapshotStation, 'id' | 'isInspected'>>,
    ) => {
      const changes = {
        ...values,
        ...(lineId !== undefined && { lineId: idOf('line', lineId) }),
        ...(mergedInto !== undefined && {
          mergedInto: mergedInto === null ? null : idOf('station', mergedInto),
        }),
      };
      await q
        .update(stations)
        .set(changes)
        .where(eq(stations.id, idOf('station', id)));
    },
    addAlias: async (source: 'inspections' | 'events', externalName: string, stationId: number) => {
      const row = { siteId, source, externalName, stationId: idOf('station', stationId), createdAt: now };
      await insertMissing(db.dialect, q, stationAliases, [row]);
    },
    removeAlias: async (source: 'inspections' | 'events', externalName: string) => {
      await q
        .delete(stationAliases)
        .where(
          and(
            eq(stationAliases.siteId, siteId),
            eq(stationAliases.source, source),
            eq(stationAliases.externalName, externalName),
          ),
        );
    },
    addParts: async (added: readonly { id: number; name: string }[]) => {
      await insertMissing(
        db.dialect,
        q,
        parts,
        added.map(({ name }) => ({ name, createdAt: now })),
      );
      for (const some of chunks(added)) {
        const rows = await q
          .select({ id: parts.id, name: parts.name })
          .from(parts)
          .where(
            inArray(
              parts.name,
              some.map(({ name }) => name),
            ),
          );
        const byName = new Map(rows.map((row) => [row.name, row.id]));
        for (const { id, name } of some) {
          const found = byName.get(name);
          if (found !== undefined) made.part.set(id, found);
        }
      }
    },
    setCycle: async (stationId: number, partId: number, cycleMs: number | null) => {
      const scope = { siteId, stationId: idOf('station', stationId), partId: idOf('part', partId) };
      await upsert(db.dialect, q, idealCycles, [{ ...scope, fromAt: now, cycleMs, setBy }], {
        target: [idealCycles.siteId, idealCycles.stationId, idealCycles.partId, idealCycles.fromAt],
        set: { cycleMs, setBy },
      });
    },
    setTarget: async (stationId: number, partId: number, rate: number | null) => {
      const scope = { siteId, stationId: idOf('station', stationId), partId: idOf('part', partId) };
      await upsert(db.dialect, q, targets, [{ ...scope, fromAt: now, yield: rate, setBy }], {
        target: [targets.siteId, targets.stationId, targets.partId, targets.fromAt],
        set: { yield: rate, setBy },
      });
    },
    addWorkers: (added: readonly { code: string; name: string }[]) =>
      insertMissing(
        db.dialect,
        q,
        workers,
        added.map((worker) => ({ ...worker, siteId, createdAt: now })),
      ),
    renameWorker: async (id: number, name: string) => {
      await q.update(workers).set({ name }).where(eq(workers.id, id));
    },
    removeWorker: async (id: number) => {
      await q.update(workers).set(removedWorker(id, now)).where(eq(workers.id, id));
    },
    setPlan: async (lineId: number, fromDate: string, plan: ShiftPlan) => {
      const values = { plan, setBy, setAt: now };
      await upsert(
        db.dialect,
        q,
        shiftPlans,
        [{ siteId, lineId: idOf('line', lineId), fromDate, ...values }],
        { target: [shiftPlans.siteId, shiftPlans.lineId, shiftPlans.fromDate], set: values },
      );
    },
    removePlan: async (lineId: number, fromDate: string) => {
      await q
        .delete(shiftPlans)
        .where(
          and(
            eq(shiftPlans.siteId, siteId),
            eq(shiftPlans.lineId, idOf('line', lineId)),
            eq(shiftPlans.fromDate, fromDate),
          ),
        );
    },
  };
}

function* chunks<T>(rows: readonly T[]): Generator<T[]> {
  for (let i = 0; i < rows.length; i += 500) yield rows.slice(i, i + 500);
}
