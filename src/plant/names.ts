import { and, eq, gte } from 'drizzle-orm';
import { type Placeholders, prepared } from '../kernel/db/prepared.ts';
import { insertMissing } from '../kernel/db/write.ts';
import type { Clock } from '../kernel/time/clock.ts';
import type { Db } from '../schema/db.ts';
import type { Sites } from './sites.ts';

export type Station = { id: number; siteId: number; name: string };
export type PartName = { id: number; name: string };

/** Stations and parts by name and by id, kept in memory because every recorded fact needs them. */
export type PlantNames = {
  /** Id of the own site's station of this name. A new station is created in a transaction of its own. */
  ensureStation(name: string): Promise<number>;
  /** Id of the part (product model) of this name, the same at every site. A new part is created. */
  ensurePart(name: string): Promise<number>;
  stationName(id: number): string;
  /** The site of a station; the own site for an unknown station. */
  siteIdOf(stationId: number): number;
  partName(id: number): string;
  /** A station of the own site, or of the one named. */
  findStationId(name: string, siteId?: number): number | undefined;
  findPartId(name: string): number | undefined;
  /** Stations of one site, or of all, in natural order (S2 before S10), then by id. */
  listStations(siteId?: number): Station[];
  listParts(): PartName[];
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
    stationName: (id) => stations.byId.get(id)?.name ?? 'Unknown',
    siteIdOf: (id) => stations.byId.get(id)?.siteId ?? ownId,
    partName: (id) => parts.byId.get(id)?.name ?? 'Unknown',
    findStationId: (name, siteId = ownId) => stations.find(`${siteId}:${name}`),
    findPartId: parts.find,
    listStations: (siteId) => {
      const all = [...stations.byId.values()];
      return sorted(siteId === undefined ? all : all.filter((station) => station.siteId === siteId));
    },
    listParts: () => sorted([...parts.byId.values()]),
    refresh,
  };
}

function sorted<T extends { id: number; name: string }>(rows: T[]): T[] {
  return rows.sort(
    (a, b) => byName.compare(a.name, b.name) || (a.name === b.name ? a.id - b.id : a.name < b.name ? -1 : 1),
  );
}

async function createStations(db: Db, clock: Clock, ownId: number, onAdded: () => void) {
  const { stations } = db.tables;
  const columns = { id: stations.id, siteId: stations.siteId, name: stations.name };
  const keyOf = ({ siteId, name }: Omit<Station, 'id'>) => `${siteId}:${name}`;
  const known = await createKnown<Station>(
    keyOf,
    prepared((value: Placeholders<{ fromId: number }>) =>
      db.read.select(columns).from(stations).where(gte(stations.id, value.fromId)),
    ),
    onAdded,
  );
  const make = (name: string) =>
    db.tx(async (q) => {
      await insertMissing(db.dialect, q, stations, [{ siteId: ownId, name, createdAt: clock.now() }]);
      const same = and(eq(stations.siteId, ownId), eq(stations.name, name));
      return q.select(columns).from(stations).where(same);
    });
  return { ...known, ensure: (name: string) => known.ensure(`${ownId}:${name}`, () => make(name)) };
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
  const refresh = async () => {
    for (const row of await readFrom({ fromId: newestId - lateIds })) remember(row);
  };
  await refresh();
  return {
    byId,
    find: (key: string) => ids.get(key),
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
