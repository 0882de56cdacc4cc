import { randomBytes } from 'node:crypto';
import { access, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { checkImageFile } from '../../kernel/images/check-image-file.ts';
import { flushFolder } from '../../kernel/storage/flush-folder.ts';
import type { WallClock } from '../../kernel/time/time-zone.ts';
import { uploadName } from '../live-file-name.ts';
import { type LiveRole, liveRoles } from '../model.ts';
import { claimNames, completeNames, identityOf, type Move } from './claim-names.ts';

/*
 * A pair of pictures becomes visible whole or not at all. Both are written under hidden names first; a journal file beside
 * them holds their final names; then they are renamed without overwriting anything. A process that dies before the journal
 * is written leaves only hidden files, which the next start deletes; one that dies after it leaves a pair that the next
 * start completes, before the folders are watched.
 */

const hidden = '.upload-';
const journalExtension = '.json';
/** Hidden files older than this are abandoned; of younger ones another process may still be receiving. */
const abandonedMs = 10 * 60_000;
const extensions = { 'image/jpeg': 'jpg', 'image/png': 'png', 'image/bmp': 'bmp' } as const;

/** The folders of the two roles. */
export type PairFolders = Record<LiveRole, string>;

/** The hidden files of one upload, until its pictures are checked. */
export type PairDraft = { id: string; paths: Record<LiveRole, string> };

/** A picture under its final name. */
export type StoredPicture = { role: LiveRole; name: string; sizeBytes: number; modifiedAt: number };

/** Hidden names on the same disk as the final ones; scanners ignore them. */
export function draftPair(folders: PairFolders): PairDraft {
  const id = randomBytes(12).toString('hex');
  const pathOf = (role: LiveRole) => join(folders[role], `${hidden}${id}.${role}.tmp`);
  return { id, paths: { original: pathOf('original'), labeled: pathOf('labeled') } };
}

/** Deletes the files of a refused upload. */
export async function dropPair({ paths }: PairDraft): Promise<void> {
  await Promise.all(Object.values(paths).map((path) => rm(path, { force: true })));
}

/** Checks a written picture and returns its extension. @throws AppError 'invalid' naming the field. */
export async function checkPicture(path: string, field: string): Promise<'jpg' | 'png' | 'bmp'> {
  return extensions[await checkImageFile(path, field)];
}

/** Renames a checked pair to its final names (`uploadName`), at the first free millisecond from `at` on. */
export async function storePair(
  draft: PairDraft,
  folders: PairFolders,
  named: { coil: string; at: number; extensions: Record<LiveRole, string>; wallClock: WallClock },
): Promise<{ at: number; pictures: StoredPicture[] }> {
  const nameAt = (role: LiveRole, at: number) =>
    uploadName(named.coil, at, role, named.extensions[role], named.wallClock);
  const drafts: { role: LiveRole; from: string; id: string }[] = [];
  for (const role of liveRoles)
    drafts.push({ role, from: draft.paths[role], id: await identityOf(draft.paths[role]) });
  const journal = join(folders.original, `${hidden}${draft.id}${journalExtension}`);
  const movesAt = (at: number) =>
    drafts.map((one) => ({ ...one, to: join(folders[one.role], nameAt(one.role, at)) }));
  const isFree = async (at: number) => {
    for (const { to } of movesAt(at)) if (await exists(to)) return false;
    return true;
  };
  let { at } = named;
  try {
    // Another process may take a name between the check and the claim.
    for (; ; at++) {
      if (!(await isFree(at))) continue;
      await writeJournal(journal, movesAt(at));
      if (await claimNames(movesAt(at))) break;
    }
  } catch (error) {
    await rm(journal, { force: true });
    throw error;
  }
  const moves = movesAt(at);
  for (const folder of new Set(Object.values(folders))) await flushFolder(folder);
  await rm(journal, { force: true });
  const pictures = moves.map(async ({ role, to }) => {
    const { size, mtimeMs } = await stat(to);
    return { role, name: basename(to), sizeBytes: size, modifiedAt: Math.round(mtimeMs) };
  });
  return { at, pictures: await Promise.all(pictures) };
}

/** Completes pairs that a dead process had begun to rename, and deletes abandoned uploads. Runs before folders are watched. */
export async function recoverPairs(
  folders: PairFolders,
  now: number,
): Promise<{ completed: number; deleted: number }> {
  let completed = 0;
  let deleted = 0;
  const entries = await readdir(folders.original).catch(() => []);
  for (const name of entries.filter((one) => one.startsWith(hidden) && one.endsWith(journalExtension))) {
    const journal = join(folders.original, name);
    completed += await completeNames(await readJournal(journal, folders));
    await rm(journal, { force: true });
  }
  for (const folder of Object.values(folders)) {
    for (const name of await readdir(folder).catch(() => [])) {
      if (!name.startsWith(hidden) || (await ageOf(join(folder, name), now)) < abandonedMs) continue;
      await rm(join(folder, name), { force: true });
      deleted++;
    }
  }
  return { completed, deleted };
}

async function ageOf(path: string, now: number): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  return found ? now - found.mtimeMs : 0;
}

type Named = Pick<Move, 'from' | 'to'>;

/** Holds names without folders, so that a forged journal cannot point elsewhere. */
async function writeJournal(path: string, moves: readonly Named[]): Promise<void> {
  const names = moves.map(({ from, to }) => [basename(from), basename(to)]);
  const file = await open(`${path}.tmp`, 'wx');
  try {
    await file.writeFile(JSON.stringify(names));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.tmp`, path);
  await flushFolder(dirname(path));
}

async function readJournal(path: string, folders: PairFolders): Promise<Named[]> {
  try {
    const names = JSON.parse(await readFile(path, 'utf8')) as [string, string][];
    const inFolders = [folders.original, folders.labeled];
    return names.map(([from, to], i) => ({
      from: join(inFolders[i] ?? folders.original, basename(from)),
      to: join(inFolders[i] ?? folders.original, basename(to)),
    }));
  } catch {
    return [];
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
