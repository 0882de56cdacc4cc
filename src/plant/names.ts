import { and, eq, gte, inArray } from 'drizzle-orm';
import type { Queryable } from '../kernel/db/database.ts';
import { type Placeholders, prepared } from '../kernel/db/prepared.ts';
import { insertMissing } from '../kernel/db/write.ts';
import type { Clock } from '../kernel/time/clock.ts';
import type { Db } from '../schema/db.ts';
import { keepIds, nextKeptId } from '../schema/kept-ids.ts';
import { removeStation } from './removal/remove-stations.ts';
import type { Sites } from './sites.ts';

/** A station as pages show it; hidden ones and those merged into another are on no page. */
export type Station = { id: number; siteId: number; name: string };
/** A row of stations: `mergedInto` is the station it is shown as, `aliases` are further names that mean it. */
export type StationRow = Station & {
  hiddenAt: number | null;
  mergedInto: number | null;
  /** How far its names are ahead of this server's clock, ms, negative behind; null while they are right. */
  clockAheadMs: number | null;
  /** Whether it has images; the lists of stations leave out one that has none. */
  isInspected: boolean;
  /** Its line; 0 is none. */
  lineId: number;
  /** What is done there, in the plant's own word; '' if nobody said. */
  type: string;
  aliases: readonly string[];
};
export type PartName = { id: number; name: string };

/** Stations and parts by name and by id, kept in memory because every recorded fact needs them. */
export type PlantNames = {
  /**
   * Id of the own site's station that a source calls so, of its own row even if it is merged into another: facts keep
   * their station. A new station is created in a transaction of its own.
   */
  ensureStation(name: string): Promise<number>;
  /** Id of the part (product model) of this name, the same at every site; '' is none, shown as –. A new part is created. */
  ensurePart(name: string): Promise<number>;
  /** Name of the station that this one is shown as. */
  stationName(id: number): string;
  /** The station that this one is shown as: itself, or the one it is merged into. */
  shownAs(id: number): number;
  /** Ids of all stations shown as this one, itself first. */
  groupOf(id: number): readonly number[];
  /** The line of the station that this one is shown as; 0 where it stands in none. */
  lineIdOf(stationId: number): number;
  /** The site of a station; the own site for an unknown station. */
  siteIdOf(stationId: number): number;
  partName(id: number): string;
  /** The station shown under this name, or once called so, at the own site or at another. */
  findStationId(name: string, siteId?: number): number | undefined;
  findPartId(name: string): number | undefined;
  /** Stations on the pages, of one site or of all, in natural order (S2 before S10), then by id. */
  listStations(siteId?: number): Station[];
  /** Stations that an administrator took off the pages, at one site or at all. */
  countHidden(siteId?: number): number;
  /** Whether this is the id of a station on the pages: neither hidden nor merged into another. */
  isShown(id: number): boolean;
  /** The row of a known id. */
  getStationRow(id: number): StationRow;
  /** The row of any id; undefined when another process has dropped it, or added it just now. */
  findStationRow(id: number): StationRow | undefined;
  /** Every row of stations, hidden and merged ones too, in the same order. */
  listStationRows(siteId?: number): StationRow[];
  listParts(): PartName[];
  /** Id of the own site's station that a source calls so; undefined for a new one. */
  findSource(name: string): number | undefined;
  /**
   * A station's source has another name from now on, and the former one no longer leads to it; the name that a person gave
   * the station stays. False when another station has the new name.
   */
  moveSource(id: number, names: { from: string; to: string }): Promise<boolean>;
  /**
   * Removes a station in one transaction, in which `clear` removes its facts or answers false: then it stays. Other
   * processes drop it at their next refresh.
   */
  dropStation(id: number, clear: (q: Queryable) => Promise<boolean>): Promise<void>;
  /** Reads the sites, stations and parts that other processes have added. */
  refresh(): Promise<void>;
};

const byName = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
/** Database servers assign ids before commit, so a row can appear below the newest known id. */
const lateIds = 1_000;

/** Reads all names once. Facts add new ones; `onAdded` is called for each, so that other processes can be notified. */
export async function createPlantNames(
  db: Db,
  clock: Clock,
  sites: Sites,
  onAdded: () => void = () => {},
): Promise<PlantNames> {
  const ownId = sites.own.id;
  const stations = await createStations(db, clock, ownId, onAdded);
  const parts = await createParts(db, clock, onAdded);
  const refresh = async () => {
    await sites.refresh();
    await stations.refresh();
    await parts.refresh();
  };
  return {
    ensureStation: stations.ensure,
    ensurePart: parts.ensure,
    stationName: (id) => stations.find(stations.shownAs(id))?.name ?? 'Unknown',
    shownAs: stations.shownAs,
    groupOf: stations.groupOf,
    lineIdOf: (id) => stations.find(stations.shownAs(id))?.lineId ?? 0,
    siteIdOf: (id) => stations.find(id)?.siteId ?? ownId,
    partName: (id) => shownPart(parts.byId.get(id)?.name ?? 'Unknown'),
    findStationId: (name, siteId = ownId) => stations.findByName(siteId, name.normalize('NFC')),
    findPartId: (name) => parts.find(name === noPart ? '' : name.normalize('NFC')),
    listStations: (siteId) =>
      stations
        .list(siteId)
        .filter(({ hiddenAt, mergedInto }) => hiddenAt === null && mergedInto === null)
        .map(({ id, siteId, name }) => ({ id, siteId, name })),
    countHidden: (siteId) =>
      stations.list(siteId).filter(({ hiddenAt, mergedInto }) => hiddenAt !== null && mergedInto === null)
        .length,
    isShown: (id) => {
      const row = stations.find(id);
      return row !== undefined && row.hiddenAt === null && row.mergedInto === null;
    },
    getStationRow: (id) => {
      const row = stations.find(id);
      if (row === undefined) throw new Error(`No station ${id}`);
      return row;
    },
    findStationRow: stations.find,
    listStationRows: stations.list,
    listParts: () => sorted([...parts.byId.values()].map(({ id, name }) => ({ id, name: shownPart(name) }))),
    findSource: stations.findSource,
    moveSource: async (id, moved) => {
      const isMoved = await stations.moveSource(id, moved);
      if (isMoved) onAdded();
      return isMoved;
    },
    dropStation: async (id, clear) => {
      if (await stations.drop(id, clear)) onAdded();
    },
    refresh,
  };
}

/** Shown for the part '', which is that of files without a model. */
const noPart = '–';

function shownPart(name: string): string {
  return name === '' ? noPart : name;
}

function sorted<T extends { id: number; name: string }>(rows: T[]): T[] {
  return rows.sort(
    (a, b) => byName.compare(a.name, b.name) || (a.name === b.name ? a.id - b.id : a.name < b.name ? -1 : 1),
  );
}

/** Whose names of stations these are: what events call a workstation is in `workstations.ts`. */
const source = 'inspections';

/** All stations in memory; a refresh reads them all, because a person may have renamed, hidden or merged any. */
async function createStations(db: Db, clock: Clock, ownId: number, onAdded: () => void) {
  const { stations, stationAliases } = db.tables;
  const columns = {
    id: stations.id,
    siteId: stations.siteId,
    name: stations.name,
    hiddenAt: stations.hiddenAt,
    mergedInto: stations.mergedInto,
    clockAheadMs: stations.clockAheadMs,
    isInspected: stations.isInspected,
    lineId: stations.lineId,
    type: stations.type,
  };
  const selectRows = prepared(() => db.read.select(columns).from(stations));
  const selectAliases = prepared((value: Placeholders<{ source: string }>) =>
    db.read
      .select({
        siteId: stationAliases.siteId,
        name: stationAliases.externalName,
        stationId: stationAliases.stationId,
      })
      .from(stationAliases)
      .where(eq(stationAliases.source, value.source)),
  );
  const ofSource = (name: string) =>
    and(
      eq(stationAliases.siteId, ownId),
      eq(stationAliases.source, source),
      eq(stationAliases.externalName, name),
    );
  let index = indexStations([], []);

  async function refresh(): Promise<void> {
    const aliases = await selectAliases({ source });
    index = indexStations(await selectRows({}), aliases);
  }

  async function make(name: string): Promise<number> {
    const found = await db.tx(async (q) => {
      const id = await nextKeptId(db, q, 'stationIds');
      const row = { siteId: ownId, name, createdAt: clock.now() };
      await insertMissing(db.dialect, q, stations, [id === undefined ? row : { ...row, id }]);
      const same = and(eq(stations.siteId, ownId), eq(stations.name, name), eq(stations.isInspected, true));
      return q.select({ id: stations.id }).from(stations).where(same);
    });
    const [row] = found;
    if (!row) throw new Error(`No row for the station ${JSON.stringify(name)} just written`);
    await refresh();
    onAdded();
    return row.id;
  }

  const shownAs = (id: number) => index.byId.get(id)?.mergedInto ?? id;
  const findOwn = (siteId: number, name: string) =>
    index.byAlias.get(keyOf(siteId, name)) ?? index.byName.get(keyOf(siteId, name));
  await refresh();
  return {
    refresh,
    shownAs,
    find: (id: number) => index.byId.get(id),
    groupOf: (id: number): readonly number[] => index.groups.get(shownAs(id)) ?? [id],
    findByName: (siteId: number, name: string) => {
      const id = index.byName.get(keyOf(siteId, name)) ?? index.byAlias.get(keyOf(siteId, name));
      return id === undefined ? undefined : shownAs(id);
    },
    list: (siteId?: number) => {
      const all = [...index.byId.values()].filter(({ isInspected }) => isInspected);
      return sorted(siteId === undefined ? all : all.filter((row) => row.siteId === siteId));
    },
    ensure: async (name: string) => findOwn(ownId, name) ?? make(name),
    findSource: (name: string) => findOwn(ownId, name),
    moveSource: async (id: number, { from, to }: { from: string; to: string }): Promise<boolean> => {
      const isMoved = await db.tx(async (q) => {
        const named = await q
          .select({ id: stations.id, name: stations.name })
          .from(stations)
          .where(
            and(
              eq(stations.siteId, ownId),
              inArray(stations.name, [from, to]),
              eq(stations.isInspected, true),
            ),
          );
        const called = await q
          .select({ id: stationAliases.stationId })
          .from(stationAliases)
          .where(ofSource(to));
        if (called.length > 0 || named.some(({ name }) => name === to)) return false;
        await q.update(stationAliases).set({ externalName: to }).where(ofSource(from));
        if (named.some((row) => row.name === from && row.id === id))
          await q.update(stations).set({ name: to }).where(eq(stations.id, id));
        return true;
      });
      if (isMoved) await refresh();
      return isMoved;
    },
    drop: async (id: number, clear: (q: Queryable) => Promise<boolean>): Promise<boolean> => {
      const isGone = await db.tx(async (q) => {
        if (!(await clear(q))) return false;
        await keepIds(db, q, ownId, 'stationIds');
        await removeStation(db, q, id);
        return true;
      });
      if (isGone) await refresh();
      return isGone;
    },
  };
}

function keyOf(siteId: number, name: string): string {
  return `${siteId}:${name}`;
}

/** Stations by id, by name, by alias, and the ids shown as each. */
function indexStations(
  rows: readonly Omit<StationRow, 'aliases'>[],
  aliases: readonly { siteId: number; name: string; stationId: number }[],
) {
  const ofStation = Map.groupBy(aliases, ({ stationId }) => stationId);
  const withAliases = rows.map((row) => ({
    ...row,
    aliases: (ofStation.get(row.id) ?? []).map(({ name }) => name),
  }));
  const groups = new Map<number, number[]>(rows.map(({ id }) => [id, [id]]));
  for (const { id, mergedInto } of rows) if (mergedInto !== null) groups.get(mergedInto)?.push(id);
  return {
    byId: new Map<number, StationRow>(withAliases.map((row) => [row.id, row])),
    byName: new Map(
      rows.filter(({ isInspected }) => isInspected).map((row) => [keyOf(row.siteId, row.name), row.id]),
    ),
    byAlias: new Map(aliases.map((alias) => [keyOf(alias.siteId, alias.name), alias.stationId])),
    groups,
  };
}

async function createParts(db: Db, clock: Clock, onAdded: () => void) {
  const { parts } = db.tables;
  const columns = { id: parts.id, name: parts.name };
  const known = await createKnown<PartName>(
    ({ name }) => name,
    prepared((value: Placeholders<{ fromId: number }>) =>
      db.read.select(columns).from(parts).where(gte(parts.id, value.fromId)),
    ),
    onAdded,
  );
  const make = (name: string) =>
    db.tx(async (q) => {
      await insertMissing(db.dialect, q, parts, [{ name, createdAt: clock.now() }]);
      return q.select(columns).from(parts).where(eq(parts.name, name));
    });
  return { ...known, ensure: (name: string) => known.ensure(name, () => make(name)) };
}

/** Rows of one table in memory, by id and by key. */
async function createKnown<T extends { id: number }>(
  keyOf: (row: T) => string,
  readFrom: (values: { fromId: number }) => PromiseLike<T[]>,
  onAdded: () => void,
) {
  const byId = new Map<number, T>();
  const ids = new Map<string, number>();
  let newestId = 0;
  const remember = (row: T) => {
    byId.set(row.id, row);
    ids.set(keyOf(row), row.id);
    newestId = Math.max(newestId, row.id);
    return row;
  };
  const forget = (id: number) => {
    const row = byId.get(id);
    byId.delete(id);
    if (row) ids.delete(keyOf(row));
  };
  const refresh = async () => {
    const fromId = newestId - lateIds;
    const before = [...byId.values()].filter(({ id }) => id >= fromId);
    const rows = await readFrom({ fromId });
    const there = new Set(rows.map(({ id }) => id));
    for (const { id } of before) if (!there.has(id)) forget(id);
    for (const row of rows) remember(row);
  };
  await refresh();
  return {
    byId,
    find: (key: string) => ids.get(key),
    forget,
    refresh,
    async ensure(key: string, make: () => Promise<T[]>): Promise<number> {
      const known = ids.get(key);
      if (known !== undefined) return known;
      const [row] = await make();
      if (!row) throw new Error(`No row for the name ${JSON.stringify(key)} just written`);
      onAdded();
      return remember(row).id;
    },
  };
}
