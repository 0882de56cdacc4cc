import BetterSqlite from 'better-sqlite3';
import type { Queryable } from '../kernel/db/database.ts';
import type { FolderRef } from '../kernel/folder-scan/model/folder-ref.ts';
import type { KnownNames } from '../kernel/folder-scan/model/name-reading.ts';
import type { Log } from '../kernel/log.ts';
import type { DbPlace } from './db.ts';
import type { Tables } from './define-schema.ts';

/** Names passed on at a time. */
const namesPerPage = 4_096;
/** Names read from a server at a time. */
const namesPerQuestion = 20_000;

/** A feature's queries for known names, without those of missing files. */
export type NameQueries = {
  /** SQL for SQLite: one column of names, with the parameters @rootId and @path. */
  sqlite: string;
  /** For servers. Loaded only there, because the query builder costs each scanner thread a second and 20 MB. */
  server: () => Promise<ServerNameQueries>;
};

export type ServerNameQueries = {
  /** The id of the row of a folder; undefined if there is none yet. */
  ownerId(read: Queryable, tables: Tables, folder: FolderRef): Promise<number | undefined>;
  /** At most `limit` names after `last`, in ascending order. */
  names(
    read: Queryable,
    tables: Tables,
    owner: { id: number; last: string | undefined; limit: number },
  ): Promise<{ name: string }[]>;
};

/** A scanner thread's own connection, used only to read which names of a folder are known. */
export function openKnownNames(location: DbPlace, log: Log, queries: NameQueries): KnownNames {
  return location.url === undefined
    ? readFromFile(location.path, queries)
    : readFromServer(location.url, log, queries);
}

function readFromFile(path: string, { sqlite }: NameQueries): KnownNames {
  const reader = new BetterSqlite(path, { readonly: true });
  const names = reader.prepare(sqlite).pluck();
  return {
    async *knownNames({ rootId, path }) {
      let page: string[] = [];
      for (const name of names.iterate({ rootId, path }) as Iterable<string>) {
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

function readFromServer(url: string, log: Log, queries: NameQueries): KnownNames {
  const opening = openServer(url, log, queries);
  return {
    async *knownNames(folder) {
      const { read, tables, ownerId, names } = await opening;
      const id = await ownerId(read, tables, folder);
      if (id === undefined) return;
      for (let last: string | undefined; ; ) {
        const rows = await names(read, tables, { id, last, limit: namesPerQuestion });
        yield rows.map(({ name }) => name);
        if (rows.length < namesPerQuestion) return;
        last = rows.at(-1)?.name;
      }
    },
    close: async () => (await opening).close(),
  };
}

async function openServer(url: string, log: Log, { server }: NameQueries) {
  const [{ openServerReader }, queries] = await Promise.all([import('./db.ts'), server()]);
  return { ...(await openServerReader(url, log)), ...queries };
}
