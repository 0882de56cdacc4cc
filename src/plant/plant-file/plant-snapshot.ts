import { and, asc, eq, gte, isNull, lte } from 'drizzle-orm';
import type { Queryable } from '../../kernel/db/database.ts';
import type { Placeholders } from '../../kernel/db/prepared.ts';
import { preparedIn } from '../../kernel/db/prepared-in.ts';
import type { Db } from '../../schema/db.ts';
import { type ShiftPlan, shiftPlanSchema } from '../shifts/shift-plan.ts';

/** The site a plant file is of. */
export type PlantSite = { id: number; name: string; title: string; timeZone: string };

export type SnapshotStation = {
  id: number;
  name: string;
  hiddenAt: number | null;
  mergedInto: number | null;
  lineId: number;
  type: string;
  isInspected: boolean;
};

/** The plant of one site as its tables have it, in force at one instant. Ids below 0 are of rows still to be written. */
export type PlantSnapshot = {
  site: PlantSite;
  lines: { id: number; name: string }[];
  stations: SnapshotStation[];
  aliases: { source: 'inspections' | 'events'; externalName: string; stationId: number }[];
  /** The models of all sites; '' is that of files without one. */
  parts: { id: number; name: string }[];
  cycles: { stationId: number; partId: number; cycleMs: number }[];
  targets: { stationId: number; partId: number; yield: number }[];
  workers: { id: number; code: string; name: string }[];
  plans: { lineId: number; fromDate: string; plan: ShiftPlan | null }[];
};

/** Reads all of it, within a transaction or not. A shift plan of a later version is null. */
export type ReadPlantSnapshot = (q: Queryable, site: PlantSite, now: number) => Promise<PlantSnapshot>;

export function createReadPlantSnapshot(db: Db): ReadPlantSnapshot {
  const select = prepareSelects(db);
  return async (q, site, now) => {
    const siteId = site.id;
    const cycles = await select.cycles(q, { siteId, now });
    const targets = await select.targets(q, { siteId, now });
    const plans = await select.plans(q, { siteId });
    return {
      site,
      lines: await select.lines(q, { siteId }),
      stations: await select.stations(q, { siteId }),
      aliases: await select.aliases(q, { siteId }),
      parts: await select.parts(q, { fromId: 0 }),
      cycles: lastOfEach(cycles).flatMap(({ stationId, partId, cycleMs }) =>
        cycleMs === null ? [] : [{ stationId, partId, cycleMs }],
      ),
      targets: lastOfEach(targets).flatMap(({ stationId, partId, yield: rate }) =>
        rate === null ? [] : [{ stationId, partId, yield: rate }],
      ),
      workers: await select.workers(q, { siteId }),
      plans: plans.map((row) => ({ ...row, plan: shiftPlanSchema.safeParse(row.plan).data ?? null })),
    };
  };
}

type OfSite = Placeholders<{ siteId: number }>;
type OfSiteNow = Placeholders<{ siteId: number; now: number }>;

function prepareSelects({ tables }: Db) {
  const { lines, stations, stationAliases, parts, idealCycles, targets, workers, shiftPlans } = tables;
  return {
    lines: preparedIn((q, value: OfSite) =>
      q
        .select({ id: lines.id, name: lines.name })
        .from(lines)
        .where(eq(lines.siteId, value.siteId))
        .orderBy(asc(lines.id)),
    ),
    stations: preparedIn((q, value: OfSite) =>
      q
        .select({
          id: stations.id,
          name: stations.name,
          hiddenAt: stations.hiddenAt,
          mergedInto: stations.mergedInto,
          lineId: stations.lineId,
          type: stations.type,
          isInspected: stations.isInspected,
        })
        .from(stations)
        .where(eq(stations.siteId, value.siteId))
        .orderBy(asc(stations.id)),
    ),
    aliases: preparedIn((q, value: OfSite) =>
      q
        .select({
          source: stationAliases.source,
          externalName: stationAliases.externalName,
          stationId: stationAliases.stationId,
        })
        .from(stationAliases)
        .where(eq(stationAliases.siteId, value.siteId))
        .orderBy(asc(stationAliases.createdAt), asc(stationAliases.externalName)),
    ),
    parts: preparedIn((q, value: Placeholders<{ fromId: number }>) =>
      q
        .select({ id: parts.id, name: parts.name })
        .from(parts)
        .where(gte(parts.id, value.fromId))
        .orderBy(asc(parts.id)),
    ),
    cycles: preparedIn((q, value: OfSiteNow) =>
      q
        .select()
        .from(idealCycles)
        .where(and(eq(idealCycles.siteId, value.siteId), lte(idealCycles.fromAt, value.now)))
        .orderBy(asc(idealCycles.fromAt)),
    ),
    targets: preparedIn((q, value: OfSiteNow) =>
      q
        .select()
        .from(targets)
        .where(and(eq(targets.siteId, value.siteId), lte(targets.fromAt, value.now)))
        .orderBy(asc(targets.fromAt)),
    ),
    workers: preparedIn((q, value: OfSite) =>
      q
        .select({ id: workers.id, code: workers.code, name: workers.name })
        .from(workers)
        .where(and(eq(workers.siteId, value.siteId), isNull(workers.removedAt)))
        .orderBy(asc(workers.id)),
    ),
    plans: preparedIn((q, value: OfSite) =>
      q
        .select({ lineId: shiftPlans.lineId, fromDate: shiftPlans.fromDate, plan: shiftPlans.plan })
        .from(shiftPlans)
        .where(eq(shiftPlans.siteId, value.siteId))
        .orderBy(asc(shiftPlans.lineId), asc(shiftPlans.fromDate)),
    ),
  };
}

/** Of rows ordered by time the last one of each station and model. */
function lastOfEach<Row extends { stationId: number; partId: number }>(rows: readonly Row[]): Row[] {
  return [...new Map(rows.map((row) => [`${row.stationId}:${row.partId}`, row])).values()];
}
