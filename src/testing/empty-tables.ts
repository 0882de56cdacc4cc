import { type SQL, sql } from 'drizzle-orm';
import type { Db } from '../schema/db.ts';

type Row = Record<string, unknown>;
/** As the drivers of PostgreSQL and MySQL answer a raw statement. */
type Server = { execute(statement: SQL): Promise<{ rows: Row[] } | [Row[], unknown]> };

/** Takes all rows out of a server's database; the next ones are numbered from 1 again. */
export async function emptyTables({
  dialect,
  tables,
  read,
}: Pick<Db, 'dialect' | 'tables' | 'read'>): Promise<void> {
  const server = read as unknown as Server;
  const all = Object.values(tables);
  const asked = all.map((table, i) => sql`exists (select 1 from ${table}) as ${sql.raw(`used${i}`)}`);
  const answer = await server.execute(sql`select ${sql.join(asked, sql`, `)}`);
  const [isUsed = {}] = 'rows' in answer ? answer.rows : answer[0];
  // Emptying takes a server's disk many milliseconds a table, and most were not touched.
  const used = all.filter((_, i) => Boolean(isUsed[`used${i}`]));
  if (used.length === 0) return;
  if (dialect === 'postgres') await server.execute(sql`truncate ${sql.join(used, sql`, `)} restart identity`);
  else for (const table of used) await server.execute(sql`truncate ${table}`);
}
