import BetterSqlite from 'better-sqlite3';
import { and, asc, eq, gt, isNull } from 'drizzle-orm';
import type { FolderRef } from '../../inspections/found-files.ts';
import { type DbPlace, openServerReader } from '../../schema/db.ts';
import type { Log } from '../log.ts';

/** Names handed over at a time. */
const namesPerPage = 4_096;
/** Names a server is asked for at a time. */
const namesPerQuestion = 20_000;

/** The scanner thread's own connection, for the one thing it asks: which names of a folder are known. */
export type NameReader = {
  /** Names that are not marked missing, some at a time. */
  pages(folder: FolderRef): AsyncIterable<readonly string[]>;
  close(): Promise<void>;
};

export function openNameReader(place: DbPlace, log: Log): NameReader {
  return place.url === undefined ? readFromFile(place.path) : readFromServer(place.url, log);
}

function readFromFile(path: string): NameReader {
  const reader = new BetterSqlite(path, { readonly: true });
  const names = reader
    .prepare(
      `select name from inspections where missing_at is null
         and directory_id = (select id from directories where root_id = ? and path = ?)`,
    )
    .pluck();
  return {
    async *pages(folder) {
      let page: string[] = [];
      for (const name of names.iterate(folder.rootId, folder.path) as Iterable<string>) {
        page.push(name);
        if (page.length < namesPerPage) continue;
        yield page;
        page = [];
      }
      yield page;
    },
    close: async () => void reader.close(),
  };
}

function readFromServer(url: string, log: Log): NameReader {
  const opening = openServerReader(url, log);
  return {
    async *pages({ rootId, path }) {
      const { read, tables } = await opening;
      const { inspections, directories } = tables;
      const [folder] = await read
        .select({ id: directories.id })
        .from(directories)
        .where(and(eq(directories.rootId, rootId), eq(directories.path, path)));
      if (!folder) return;
      for (let last: string | undefined; ; ) {
        const rows: { name: string }[] = await read
          .select({ name: inspections.name })
          .from(inspections)
          .where(
            and(
              eq(inspections.directoryId, folder.id),
              isNull(inspections.missingAt),
              last === undefined ? undefined : gt(inspections.name, last),
            ),
          )
          .orderBy(asc(inspections.name))
          .limit(namesPerQuestion);
        yield rows.map(({ name }) => name);
        if (rows.length < namesPerQuestion) return;
        last = rows.at(-1)?.name;
      }
    },
    close: async () => (await opening).close(),
  };
}
