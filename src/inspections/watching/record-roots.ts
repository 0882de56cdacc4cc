import { opendir, realpath } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { and, eq } from 'drizzle-orm';
import { isWithin } from '../../kernel/storage/is-within.ts';
import { maxFolders } from '../../kernel/storage/split-folders.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import type { Db } from '../../schema/db.ts';
import type { NamingSettings } from '../names/parse-file-name.ts';
import { proveNamePattern } from '../names/prove-name-pattern.ts';
import { ensureRoot } from '../recording/folders.ts';
import { readRootRows } from './root-rows.ts';

/** Why a change of a watched folder was refused; the key of a text. */
export type RootFault =
  | { key: 'gone' | 'notAbsolute' | 'unreadable' | 'system' | 'own' }
  | { key: 'tooMany'; most: number }
  | { key: 'overlaps'; path: string }
  | { key: 'pattern'; text: string };

/** What an administrator changes of the watched folders of a site. */
export type RecordRoots = {
  /** Paths of the folders that were added here and are watched still. */
  listAdded(): Promise<string[]>;
  /** Has one more folder watched; answers its id. */
  add(path: string): Promise<{ ok: true; id: number } | { ok: false; fault: RootFault }>;
  /** Watches it no more; what was found in it stays counted. */
  remove(id: number): Promise<RootFault | undefined>;
  /**
   * Gives a folder a pattern of its own, undefined for that of the settings. `isReread`: the names of known images are read
   * again, too.
   */
  setNaming(
    id: number,
    naming: NamingSettings | undefined,
    isReread: boolean,
  ): Promise<RootFault | undefined>;
};

/** Folders of the system, which hold no images and whose files nobody may see. */
const systemFolders = ['/etc', '/proc', '/sys', '/dev', '/boot', '/usr', '/bin', '/sbin', '/lib', '/lib64'];
/** A share that hangs is not waited for. */
const openWithinMs = 5_000;

/** `ownFolders`: where this installation keeps its files. `watched`: the folders that are watched now. */
export function createRecordRoots(options: {
  db: Db;
  clock: Clock;
  siteId: number;
  ownFolders: readonly string[];
  watched: () => readonly { path: string }[];
  onChanged: () => Promise<void>;
}): RecordRoots {
  const { db, clock, siteId, ownFolders, watched, onChanged } = options;
  const { roots } = db.tables;
  const ofSite = (id: number) => and(eq(roots.id, id), eq(roots.siteId, siteId));
  const find = async (id: number) => (await readRootRows(db, siteId)).find((row) => row.id === id);

  const readAdded = async () => (await readRootRows(db, siteId)).filter(({ addedAt }) => addedAt !== null);

  async function faultOf(path: string): Promise<RootFault | undefined> {
    if (!isAbsolute(path) || path.includes('\0')) return { key: 'notAbsolute' };
    if ((await readAdded()).length >= maxFolders) return { key: 'tooMany', most: maxFolders };
    const real = await realFolder(path);
    if (real === undefined) return { key: 'unreadable' };
    if (systemFolders.some((folder) => isWithin(folder, real))) return { key: 'system' };
    if (ownFolders.some((folder) => isWithin(real, folder) || isWithin(folder, real))) return { key: 'own' };
    for (const { path: other } of watched()) {
      const isOverlap = [path, real].some((one) => isWithin(one, other) || isWithin(other, one));
      if (isOverlap) return { key: 'overlaps', path: other };
    }
    return undefined;
  }

  return {
    listAdded: async () => (await readAdded()).map(({ path }) => path),
    async add(typed) {
      const path = resolve(typed);
      const fault = isAbsolute(typed) ? await faultOf(path) : { key: 'notAbsolute' as const };
      if (fault) return { ok: false, fault };
      const id = await ensureRoot(db, clock, siteId, path);
      await db.tx((q) => q.update(roots).set({ addedAt: clock.now() }).where(ofSite(id)));
      await onChanged();
      return { ok: true, id };
    },
    async remove(id) {
      const row = await find(id);
      if (row?.addedAt == null) return { key: 'gone' };
      await db.tx((q) => q.update(roots).set({ addedAt: null, rereadFrom: null }).where(ofSite(id)));
      await onChanged();
      return undefined;
    },
    async setNaming(id, naming, isReread) {
      const row = await find(id);
      if (!row) return { key: 'gone' };
      const fault = naming && (await proveNamePattern(naming));
      if (fault) return { key: 'pattern', text: fault };
      const changed = {
        fileNameRegex: naming?.path ? null : (naming?.fileName ?? null),
        pathRegex: naming?.path || null,
        verdictWords: naming?.verdictWords || null,
        rereadFrom: isReread ? 0 : row.rereadFrom,
      };
      await db.tx((q) => q.update(roots).set(changed).where(ofSite(id)));
      await onChanged();
      return undefined;
    },
  };
}

/** The real path of a folder whose entries this process may list; undefined otherwise. */
async function realFolder(path: string): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((done) => {
    timer = setTimeout(done, openWithinMs, undefined);
  });
  const open = async () => {
    await using folder = await opendir(path);
    await folder.read();
    return realpath(path);
  };
  try {
    return await Promise.race([open(), late]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
