import { eq } from 'drizzle-orm';
import type { Clock } from '../kernel/clock.ts';
import { insertMissing } from '../kernel/db/write.ts';
import type { Db } from '../schema/db.ts';

/** Stations and parts by name and by id, kept in memory because every recorded fact needs them. */
export type PlantNames = {
  /** Id of the station of this name; makes the station, in a transaction of its own, when it is new. */
  ensureStation(name: string): Promise<number>;
  /** Id of the part (product model) of this name; makes it when it is new. */
  ensurePart(name: string): Promise<number>;
  stationName(id: number): string;
  partName(id: number): string;
  findStationId(name: string): number | undefined;
  findPartId(name: string): number | undefined;
  /** All names, sorted as people sort them (S2 before S10). */
  listStations(): { id: number; name: string }[];
  listParts(): { id: number; name: string }[];
};

const byName = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** Reads all names once; new ones are added as facts bring them. */
export async function createPlantNames(db: Db, clock: Clock): Promise<PlantNames> {
  const stations = await createNames(db, db.tables.stations, clock);
  const parts = await createNames(db, db.tables.parts, clock);
  return {
    ensureStation: stations.ensure,
    ensurePart: parts.ensure,
    stationName: stations.nameOf,
    partName: parts.nameOf,
    findStationId: stations.find,
    findPartId: parts.find,
    listStations: stations.list,
    listParts: parts.list,
  };
}

async function createNames(db: Db, table: Db['tables']['stations'] | Db['tables']['parts'], clock: Clock) {
  const ids = new Map<string, number>();
  const names = new Map<number, string>();
  const remember = (row: { id: number; name: string }) => {
    ids.set(row.name, row.id);
    names.set(row.id, row.name);
  };
  for (const row of await db.read.select({ id: table.id, name: table.name }).from(table)) remember(row);

  return {
    async ensure(name: string): Promise<number> {
      const known = ids.get(name);
      if (known !== undefined) return known;
      const [row] = await db.tx(async (q) => {
        await insertMissing(db.dialect, q, table, [{ name, createdAt: clock.now() }]);
        return q.select({ id: table.id, name: table.name }).from(table).where(eq(table.name, name));
      });
      if (!row) throw new Error(`No row for the name ${JSON.stringify(name)} just written`);
      remember(row);
      return row.id;
    },
    nameOf: (id: number) => names.get(id) ?? 'Unknown',
    find: (name: string) => ids.get(name),
    list: () =>
      [...names]
        .map(([id, name]) => ({ id, name }))
        .sort((a, b) => byName.compare(a.name, b.name) || (a.name < b.name ? -1 : 1)),
  };
}
