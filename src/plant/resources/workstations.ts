import { and, asc, eq, inArray } from 'drizzle-orm';
import type { Queryable } from '../../kernel/db/database.ts';
import { type Placeholders, prepared } from '../../kernel/db/prepared.ts';
import { insertMissing } from '../../kernel/db/write.ts';
import { AppError } from '../../kernel/errors.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import type { Db } from '../../schema/db.ts';
import { keepIds, nextKeptId } from '../../schema/kept-ids.ts';

/**
 * A station as events call it. `code` is the workstation id of the events, `name` what pages show; `isInspected` says that
 * the same station also has images, because a person or the plant file has linked both.
 */
export type Workstation = {
  stationId: number;
  siteId: number;
  code: string;
  name: string;
  /** What is done there, in the plant's own word; '' if nobody said. */
  type: string;
  /** Its line; 0 is none. */
  lineId: number;
  isInspected: boolean;
  /** The station it is shown as: itself, or the one with images that it was linked with. Its events stay its own. */
  shownAs: number;
};

/** The workstations of the sites, kept in memory; `refresh` reads what other processes have changed. */
export type Workstations = {
  find(siteId: number, code: string): Workstation | undefined;
  /** The first code of a station. */
  ofStation(stationId: number): Workstation | undefined;
  /** In natural order of the code (S2 before S10). */
  list(siteId: number): Workstation[];
  /**
   * Adds a workstation as a station of its own, or changes name and type of the one with this code; what is left out stays.
   * A name that another workstation has is made its own with the code. @throws AppError 'conflict' when there are too many.
   */
  put(
    siteId: number,
    workstation: { code: string; name?: string | undefined; type?: string | undefined },
  ): Promise<Workstation>;
  /** Removes every workstation of a site whose events are gone; stations with images stay. */
  removeAll(siteId: number): Promise<void>;
  refresh(): Promise<void>;
};

/** Rows of all sites kept in memory. */
const maxWorkstations = 20_000;
const source = 'events';
const byCode = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** `onChanged` runs after each change, once the workstations in memory have it. */
export async function createWorkstations(db: Db, clock: Clock, onChanged: () => void): Promise<Workstations> {
  const { stations, stationAliases: aliases } = db.tables;
  const select = prepared((value: Placeholders<{ limit: number }>) =>
    db.read
      .select({
        stationId: aliases.stationId,
        siteId: aliases.siteId,
        code: aliases.externalName,
        name: stations.name,
        type: stations.type,
        lineId: stations.lineId,
        isInspected: stations.isInspected,
        mergedInto: stations.mergedInto,
      })
      .from(aliases)
      .innerJoin(stations, eq(stations.id, aliases.stationId))
      .where(eq(aliases.source, source))
      .orderBy(asc(aliases.createdAt), asc(aliases.externalName))
      .limit(value.limit),
  );
  const selectShown = prepared((value: Placeholders<{ ids: readonly number[] }>) =>
    db.read
      .select({
        id: stations.id,
        name: stations.name,
        type: stations.type,
        lineId: stations.lineId,
        isInspected: stations.isInspected,
      })
      .from(stations)
      .where(inArray(stations.id, value.ids)),
  );
  let byKey = new Map<string, Workstation>();
  let byStation = new Map<number, Workstation>();
  const refresh = async () => {
    const found = await select({ limit: maxWorkstations });
    const linked = [...new Set(found.flatMap(({ mergedInto }) => mergedInto ?? []))];
    const shown = new Map(
      (linked.length === 0 ? [] : await selectShown({ ids: linked })).map((row) => [row.id, row]),
    );
    const rows = found.map(({ mergedInto, ...own }): Workstation => {
      const as = mergedInto === null ? undefined : shown.get(mergedInto);
      if (as === undefined) return { ...own, shownAs: own.stationId };
      const { id: shownAs, name, type, lineId, isInspected } = as;
      return { ...own, name, type: type || own.type, lineId, isInspected, shownAs };
    });
    byKey = new Map(rows.map((row) => [keyOf(row.siteId, row.code), row]));
    byStation = new Map(rows.toReversed().map((row) => [row.stationId, row]));
  };
  await refresh();

  /** Adds the row of a new workstation under a name that no other one has; answers its id. */
  async function addStation(q: Queryable, siteId: number, names: string[], type: string): Promise<number> {
    for (const name of names) {
      const same = and(eq(stations.siteId, siteId), eq(stations.name, name), eq(stations.isInspected, false));
      const [taken] = await q.select({ id: stations.id }).from(stations).where(same);
      if (taken) continue;
      const id = await nextKeptId(db, q, 'stationIds');
      const row = { siteId, name, type, isInspected: false, createdAt: clock.now() };
      await insertMissing(db.dialect, q, stations, [id === undefined ? row : { ...row, id }]);
      const [made] = await q.select({ id: stations.id }).from(stations).where(same);
      if (made) return made.id;
    }
    throw new AppError('conflict', `Other workstations already have the names ${names.join(' and ')}.`);
  }

  return {
    find: (siteId, code) => byKey.get(keyOf(siteId, code)),
    ofStation: (stationId) => byStation.get(stationId),
    list: (siteId) =>
      [...byKey.values()]
        .filter((workstation) => workstation.siteId === siteId)
        .sort((a, b) => byCode.compare(a.code, b.code)),
    put: async (siteId, { code, name, type }) => {
      const known = byKey.get(keyOf(siteId, code));
      if (known && (name ?? known.name) === known.name && (type ?? known.type) === known.type) return known;
      if (!known && byKey.size >= maxWorkstations)
        throw new AppError(
          'conflict',
          `There are ${maxWorkstations} workstations already. Remove some first.`,
        );
      await db.tx(async (q) => {
        const ofCode = and(
          eq(aliases.siteId, siteId),
          eq(aliases.source, source),
          eq(aliases.externalName, code),
        );
        const [row] = await q.select({ stationId: aliases.stationId }).from(aliases).where(ofCode);
        if (row) {
          // A station with images is named on its own page.
          const values = known?.isInspected || name === undefined ? {} : { name };
          const changes = type === undefined ? values : { ...values, type };
          if (Object.keys(changes).length > 0)
            await q.update(stations).set(changes).where(eq(stations.id, row.stationId));
          return;
        }
        const wished = name || code;
        const stationId = await addStation(q, siteId, [wished, `${wished} (${code})`], type ?? '');
        const alias = { siteId, source, externalName: code, stationId, createdAt: clock.now() } as const;
        await insertMissing(db.dialect, q, aliases, [alias]);
      });
      await refresh();
      onChanged();
      const made = byKey.get(keyOf(siteId, code));
      if (!made) throw new Error(`No row for the workstation ${JSON.stringify(code)} just written`);
      return made;
    },
    removeAll: async (siteId) => {
      await db.tx(async (q) => {
        await q.delete(aliases).where(and(eq(aliases.siteId, siteId), eq(aliases.source, source)));
        await keepIds(db, q, siteId, 'stationIds');
        await q.delete(stations).where(and(eq(stations.siteId, siteId), eq(stations.isInspected, false)));
      });
      await refresh();
      onChanged();
    },
    refresh,
  };
}

function keyOf(siteId: number, code: string): string {
  return `${siteId}:${code}`;
}
