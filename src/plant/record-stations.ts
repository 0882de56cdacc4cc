import { and, eq, ne, or } from 'drizzle-orm';
import { insertMissing } from '../kernel/db/write.ts';
import type { Clock } from '../kernel/time/clock.ts';
import type { Db } from '../schema/db.ts';
import type { PlantNames, StationRow } from './names.ts';

/** Why a change of a station was refused; the key of a text. `taken` is by the station that `by` names. */
export type StationFault =
  | { key: 'gone' | 'badName' | 'badType' | 'badLine' | 'badCode' | 'noTarget' | 'itself' | 'merged' }
  | { key: 'taken'; by: string };

/** Outcome of a change: undefined when it was made. */
type Outcome = Promise<StationFault | undefined>;

/**
 * What a person changes of the own site's stations. Only names and what pages show change: every fact and roll-up keeps
 * its station id, so each of these can be undone.
 */
export type RecordStations = {
  /** The former name still leads to the station, and the folder of that name still belongs to it. */
  rename(id: number, name: string): Outcome;
  /** From now on shown as another station, with everything that was already merged into it. */
  merge(id: number, into: number): Outcome;
  /** A station of its own again. */
  separate(id: number): Outcome;
  /** Off the pages and walls; its images are counted as before. */
  setHidden(id: number, isHidden: boolean): Outcome;
  /** Where it stands, 0 in no line, and what is done there. */
  place(id: number, place: { lineId: number; type: string }): Outcome;
};

const maxNameLength = 100;
const maxTypeLength = 60;

/**
 * A workstation that only events know is renamed, placed and merged in the same way; merged into a station with images it
 * is linked with it. `onChanged` runs after each change, once the names in memory have it.
 */
export function createRecordStations(options: {
  db: Db;
  clock: Clock;
  siteId: number;
  names: PlantNames;
  onChanged: () => void | Promise<void>;
}): RecordStations {
  const { db, clock, siteId, names } = options;
  const { stations, stationAliases: aliases } = db.tables;

  const find = (id: number): StationRow | undefined => {
    const row = names.findStationRow(id);
    return row?.siteId === siteId ? row : undefined;
  };

  async function finish(): Promise<undefined> {
    await names.refresh();
    await options.onChanged();
  }

  return {
    async rename(id, typed) {
      const row = find(id);
      if (row === undefined) return { key: 'gone' };
      const name = typed.normalize('NFC').trim();
      if (!isName(name)) return { key: 'badName' };
      if (name === row.name) return undefined;
      const takenBy = await db.tx(async (q) => {
        const [named] = await q
          .select({ id: stations.id })
          .from(stations)
          .where(
            and(
              eq(stations.siteId, siteId),
              eq(stations.name, name),
              eq(stations.isInspected, row.isInspected),
              ne(stations.id, id),
            ),
          );
        if (named) return named.id;
        if (!row.isInspected) {
          await q.update(stations).set({ name }).where(eq(stations.id, id));
          return undefined;
        }
        const [called] = await q
          .select({ id: aliases.stationId })
          .from(aliases)
          .where(
            and(
              eq(aliases.siteId, siteId),
              eq(aliases.source, 'inspections'),
              eq(aliases.externalName, name),
              ne(aliases.stationId, id),
            ),
          );
        if (called) return called.id;
        const former = {
          siteId,
          source: 'inspections' as const,
          externalName: row.name,
          stationId: id,
          createdAt: clock.now(),
        };
        await insertMissing(db.dialect, q, aliases, [former]);
        await q.update(stations).set({ name }).where(eq(stations.id, id));
        return undefined;
      });
      if (takenBy !== undefined) return { key: 'taken', by: find(takenBy)?.name ?? name };
      return finish();
    },

    async merge(id, into) {
      const [row, target] = [find(id), find(into)];
      if (row === undefined) return { key: 'gone' };
      if (target === undefined || !target.isInspected) return { key: 'noTarget' };
      if (row.mergedInto !== null) return { key: 'merged' };
      const shownAs = target.mergedInto ?? target.id;
      if (shownAs === id) return { key: 'itself' };
      await db.tx((q) =>
        q
          .update(stations)
          .set({ mergedInto: shownAs })
          .where(or(eq(stations.id, id), eq(stations.mergedInto, id))),
      );
      return finish();
    },

    async separate(id) {
      if (find(id) === undefined) return { key: 'gone' };
      await db.tx((q) => q.update(stations).set({ mergedInto: null }).where(eq(stations.id, id)));
      return finish();
    },

    async place(id, { lineId, type: typed }) {
      if (find(id) === undefined) return { key: 'gone' };
      const type = typed.normalize('NFC').trim();
      if (type.length > maxTypeLength || /\p{Cc}/u.test(type) || !type.isWellFormed())
        return { key: 'badType' };
      await db.tx((q) => q.update(stations).set({ lineId, type }).where(eq(stations.id, id)));
      return finish();
    },

    async setHidden(id, isHidden) {
      if (!find(id)?.isInspected) return { key: 'gone' };
      const hiddenAt = isHidden ? clock.now() : null;
      await db.tx((q) => q.update(stations).set({ hiddenAt }).where(eq(stations.id, id)));
      return finish();
    },
  };
}

/** A name stands in addresses as one piece of a path, and no folder name holds a slash. */
function isName(name: string): boolean {
  const isPath = name === '.' || name === '..' || name.includes('/');
  return name !== '' && name.length <= maxNameLength && !isPath && !/\p{Cc}/u.test(name);
}
