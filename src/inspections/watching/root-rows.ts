import { asc, eq } from 'drizzle-orm';
import type { Log } from '../../kernel/log.ts';
import type { Db } from '../../schema/db.ts';
import { compileNamePattern, type NamingSettings } from '../names/parse-file-name.ts';

export type RootRow = Db['tables']['roots']['$inferSelect'];

/** The rows of a site's folders, those that are watched no more included. */
export async function readRootRows(db: Db, siteId: number): Promise<RootRow[]> {
  const { roots } = db.tables;
  return db.read.select().from(roots).where(eq(roots.siteId, siteId)).orderBy(asc(roots.id));
}

/**
 * How the images of a root are named: by its own pattern, else as the settings say. A pattern that an earlier version
 * accepted and this one does not is left out, with a line in the log.
 */
export function namingOfRoot(
  row: RootRow,
  settings: NamingSettings,
  log: Pick<Log, 'error'>,
): NamingSettings {
  if (row.fileNameRegex === null && row.pathRegex === null) return settings;
  const naming = {
    fileName: row.fileNameRegex ?? undefined,
    path: row.pathRegex ?? undefined,
    verdictWords: row.verdictWords ?? undefined,
  };
  const compiled = compileNamePattern(naming);
  if (compiled.ok) return naming;
  log.error({ folder: row.path, fault: compiled.fault }, 'The pattern of this folder is not used');
  return settings;
}
