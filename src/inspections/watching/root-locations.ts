import { opendir } from 'node:fs/promises';
import { isWithin } from '../../kernel/storage/is-within.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import type { Sites } from '../../plant/sites.ts';
import type { Db } from '../../schema/db.ts';

/**
 * Where the images of a watched folder are, as seen from this machine. `watched`: this process watches the folder.
 * `shared`: it belongs to another site and can be read here under the same path. `elsewhere`: it belongs to another site
 * and cannot be read here.
 */
export type RootLocation = {
  path: string;
  kind: 'watched' | 'shared' | 'elsewhere';
  /** Folders outside it that its links may lead to. */
  linksTo?: readonly string[];
  /** Its images are recorded, and their files are still being written. */
  isAhead?: boolean;
};

export type RootLocations = {
  /** Undefined for a folder of the own site that is no longer watched. */
  find(rootId: number): Promise<RootLocation | undefined>;
  /** The folders among these whose images are elsewhere: root id → label of their site. */
  listElsewhere(rootIds: Iterable<number>): Promise<ReadonlyMap<number, string>>;
};

/** How long it stays known whether another site's folder can be read here. */
const checkEveryMs = 30_000;
/** Longest wait for one such check: a network share may hang. */
const maxCheckMs = 1_000;

type Root = { id: number; siteId: number; path: string };
type Check = { at: number; isReadable: boolean; isRunning: boolean };

/** `watched` lists the folders this process watches, `ahead` is one whose files are still to come. */
export function createRootLocations(options: {
  db: Db;
  sites: Sites;
  clock: Clock;
  watched: () => readonly { id: number; path: string }[];
  ahead?: () => { id: number; path: string } | undefined;
  linksTo?: readonly string[];
}): RootLocations {
  const { db, sites, clock, watched, ahead, linksTo = [] } = options;
  const { roots: table } = db.tables;
  const known = new Map<number, Root>();
  const checks = new Map<number, Check>();

  async function findRoot(rootId: number): Promise<Root | undefined> {
    if (!known.has(rootId)) {
      const columns = { id: table.id, siteId: table.siteId, path: table.path };
      for (const row of await db.read.select(columns).from(table)) known.set(row.id, row);
    }
    return known.get(rootId);
  }

  /** Two machines may have the same layout: a path that this process watches is its own folder, not the other site's. */
  function isWatchedHere(path: string): boolean {
    return watched().some((own) => isWithin(own.path, path) || isWithin(path, own.path));
  }

  async function isReadable({ id, path }: Root): Promise<boolean> {
    const last = checks.get(id);
    if (last && (last.isRunning || clock.now() - last.at < checkEveryMs)) return last.isReadable;
    const check: Check = { at: clock.now(), isReadable: false, isRunning: true };
    checks.set(id, check);
    const checked = hasEntries(path).then((isReadable) =>
      Object.assign(check, { isReadable, isRunning: false }),
    );
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, maxCheckMs);
    });
    await Promise.race([checked, timeout]);
    clearTimeout(timer);
    return check.isReadable;
  }

  async function find(rootId: number): Promise<RootLocation | undefined> {
    const own = watched().find(({ id }) => id === rootId);
    if (own) return { path: own.path, kind: 'watched', linksTo };
    const coming = ahead?.();
    if (coming?.id === rootId) return { path: coming.path, kind: 'watched', isAhead: true };
    const root = await findRoot(rootId);
    if (!root || root.siteId === sites.own.id) return undefined;
    const isShared = !isWatchedHere(root.path) && (await isReadable(root));
    return { path: root.path, kind: isShared ? 'shared' : 'elsewhere' };
  }

  return {
    find,
    async listElsewhere(rootIds) {
      const elsewhere = new Map<number, string>();
      if (!sites.isSeveral()) return elsewhere;
      for (const rootId of new Set(rootIds)) {
        const location = await find(rootId);
        const site = sites.get(known.get(rootId)?.siteId ?? sites.own.id) ?? sites.own;
        if (location?.kind === 'elsewhere') elsewhere.set(rootId, site.title || site.name);
      }
      return elsewhere;
    },
  };
}

async function hasEntries(path: string): Promise<boolean> {
  try {
    await using folder = await opendir(path);
    return (await folder.read()) !== null;
  } catch {
    return false;
  }
}
