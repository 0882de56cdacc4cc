import { and, eq, max, sql } from 'drizzle-orm';
import type { Queryable } from '../../kernel/db/database.ts';
import { type Placeholders, perDatabase, prepared } from '../../kernel/db/prepared.ts';
import { upsert } from '../../kernel/db/write.ts';
import type { Db } from '../../schema/db.ts';

/**
 * How far retention has deleted at one site, epoch ms UTC; minus infinity where nothing was ever deleted. `rows`: images
 * captured before it stay counted but have no rows, and are never recorded again. `files`: image files before it are
 * deleted. `events`: events before it stay counted by the hour but have no rows. `persons`: before it nothing says who did
 * what.
 */
export type Horizons = { rows: number; files: number; events: number; persons: number };

type HorizonName = keyof Horizons;
type Line = { name: string; at: number };

/** Reads a site's horizons, in a transaction or outside one. Prepared for SQLite: a first sweep reads them a thousand times. */
export function createReadHorizons(db: Db, siteId: number): (q: Queryable) => Promise<Horizons> {
  const { horizons } = db.tables;
  const statement = db.sqlite?.writer.prepare('select name, at from horizons where site_id = ?');
  const selectOfSite = perDatabase((q: Queryable) =>
    prepared((value: Placeholders<{ siteId: number }>) =>
      q.select().from(horizons).where(eq(horizons.siteId, value.siteId)),
    ),
  );
  return async (q) => {
    const lines = (statement?.all(siteId) ?? (await selectOfSite(q)({ siteId }))) as Line[];
    const at = (name: HorizonName) =>
      lines.find((line) => line.name === name)?.at ?? Number.NEGATIVE_INFINITY;
    return { rows: at('rows'), files: at('files'), events: at('events'), persons: at('persons') };
  };
}

/** The latest instant before which rows are deleted, at one station's site or at any; minus infinity where none are. */
export async function readRowsSince(db: Db, stationId?: number): Promise<number> {
  const [row] = await selectRowsSince(db)({ stationId });
  return row?.at == null ? Number.NEGATIVE_INFINITY : Number(row.at);
}

const selectRowsSince = perDatabase(({ read, tables: { horizons, stations } }: Db) =>
  prepared(({ stationId }: Placeholders<{ stationId?: number }>) =>
    read
      .select({ at: max(horizons.at) })
      .from(horizons)
      .where(
        and(
          eq(horizons.name, 'rows'),
          stationId &&
            sql`${horizons.siteId} = (select ${stations.siteId} from ${stations} where ${stations.id} = ${stationId})`,
        ),
      ),
  ),
);

/** Moves a horizon; to be called in the transaction of the first deletion before it. */
export async function setHorizon(
  db: Db,
  q: Queryable,
  { siteId, name, at }: { siteId: number; name: HorizonName; at: number },
): Promise<void> {
  const { horizons } = db.tables;
  await upsert(db.dialect, q, horizons, [{ siteId, name, at }], {
    target: [horizons.siteId, horizons.name],
    set: { at: sql`${at}` },
  });
}
