import { eq, sql } from 'drizzle-orm';
import type { Queryable } from '../../kernel/db/database.ts';
import type { Db } from '../../schema/db.ts';

/**
 * Makes a transaction wait for those of other processes that lock the same site, until it ends. To be called first. With
 * SQLite every write waits for every other already.
 */
export async function lockSite(
  { dialect, tables: { sites } }: Db,
  q: Queryable,
  siteId: number,
): Promise<void> {
  if (dialect === 'sqlite') return;
  // Writing a row as it is locks it on every server.
  await q
    .update(sites)
    .set({ createdAt: sql`${sites.createdAt}` })
    .where(eq(sites.id, siteId));
}
