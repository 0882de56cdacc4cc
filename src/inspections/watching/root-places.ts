import { opendir } from 'node:fs/promises';
import { isWithin } from '../../kernel/storage/is-within.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import type { Sites } from '../../plant/sites.ts';
import type { Db } from '../../schema/db.ts';

/**
 * Where the images of a watched folder are, seen from here. `watched`: this process watches it. `shared`: another site's,
 * whose path this machine has as well. `elsewhere`: another site's, on a machine of its own.
 */
export type RootPlace = { path: string; kind: 'watched' | 'shared' | 'elsewhere' };

export type RootPlaces = {
  /** Undefined for a folder of the own site that is not watched any more. */
  find(rootId: number): Promise<RootPlace | undefined>;
  /** Those of these folders whose images are elsewhere, by root, with the label of their site. */
  listElsewhere(rootIds: Iterable<number>): Promise<ReadonlyMap<number, string>>;
};

/** How long an answer about another machine's folder holds, and how long a look may take: a share may hang. */
const checkEveryMs = 30_000;
const longestLookMs = 1_000;

type Root = { id: number; siteId: number; path: string };
type Look = { at: number; isReadable: boolean; isRunning: boolean };

/** `watched` answers the folders this process watches. */
export function createRootPlaces(options: {
  db: Db;
  sites: Sites;
  clock: Clock;
  watched: () => readonly { id: number; path: string }[];
}): RootPlaces {
  const { db, sites, clock, watched } = options;
  const { roots: table } = db.tables;
  const known = new Map<number, Root>();
  const looks = new Map<number, Look>();

  async function findRoot(rootId: number): Promise<Root | undefined> {
    if (!known.has(rootId)) {
      const columns = { id: table.id, siteId: table.siteId, path: table.path };
      for (const row of await db.read.select(columns).from(table)) known.set(row.id, row);
    }
    return known.get(rootId);
  }

  /** The same path here is another folder when this process watches it: two machines with one lay-out. */
  function isOwnGround(path: string): boolean {
    return watched().some((own) => isWithin(own.path, path) || isWithin(path, own.path));
  }

  async function isReadable({ id, path }: Root): Promise<boolean> {
    const last = looks.get(id);
    if (last && (last.isRunning || clock.now() - last.at < checkEveryMs)) return last.isReadable;
    const look: Look = { at: clock.now(), isReadable: false, isRunning: true };
    looks.set(id, look);
    const looked = holdsAnything(path).then((isReadable) =>
      Object.assign(look, { isReadable, isRunning: false }),
    );
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, longestLookMs);
    });
    await Promise.race([looked, tooLong]);
    clearTimeout(timer);
    return look.isReadable;
  }

  async function find(rootId: number): Promise<RootPlace | undefined> {
    const own = watched().find(({ id }) => id === rootId);
    if (own) return { path: own.path, kind: 'watched' };
    const root = await findRoot(rootId);
    if (!root || root.siteId === sites.own.id) return undefined;
    const isShared = !isOwnGround(root.path) && (await isReadable(root));
    return { path: root.path, kind: isShared ? 'shared' : 'elsewhere' };
  }

  return {
    find,
    async listElsewhere(rootIds) {
      const elsewhere = new Map<number, string>();
      if (!sites.isSeveral()) return elsewhere;
      for (const rootId of new Set(rootIds)) {
        const place = await find(rootId);
        const site = sites.get(known.get(rootId)?.siteId ?? sites.own.id) ?? sites.own;
        if (place?.kind === 'elsewhere') elsewhere.set(rootId, site.title || site.name);
      }
      return elsewhere;
    },
  };
}

async function holdsAnything(path: string): Promise<boolean> {
  try {
    await using folder = await opendir(path);
    return (await folder.read()) !== null;
  } catch {
    return false;
  }
}
