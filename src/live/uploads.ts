import { randomBytes } from 'node:crypto';
import { access, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AppError } from '../kernel/errors.ts';
import { checkCompleteness } from '../kernel/images/completeness.ts';
import { findAcceptedType, SNIFF_BYTES } from '../kernel/images/content-type.ts';
import { readPixelSize } from '../kernel/images/pixel-size.ts';
import { uploadName } from './file-name.ts';
import type { LiveRole } from './model.ts';

/*
 * A pair of pictures becomes visible whole or not at all. Both are written under hidden names first; a note beside them
 * says how they will be called; then they are renamed. A process that dies before the note leaves nothing but hidden
 * files, which the next start deletes; one that dies after it leaves a pair that the next start completes, before
 * anything looks at the folders.
 */

const hidden = '.upload-';
const noteEnding = '.json';
/** Another process may be receiving: what was touched more recently is not forgotten. */
const forgottenMs = 10 * 60_000;
const maxPixels = 100_000_000;
const endings = { 'image/jpeg': 'jpg', 'image/png': 'png', 'image/bmp': 'bmp' } as const;

/** The folders of the two roles. */
export type PairFolders = Record<LiveRole, string>;

/** A hidden place for one upload: where its pictures are written until they are checked. */
export type PairDraft = { id: string; paths: Record<LiveRole, string> };

/** A picture under its final name. */
export type StoredPicture = { role: LiveRole; name: string; sizeBytes: number; modifiedAt: number };

/** Names nobody looks at, on the same disk as the final ones. */
export function draftPair(folders: PairFolders): PairDraft {
  const id = randomBytes(12).toString('hex');
  const pathOf = (role: LiveRole) => join(folders[role], `${hidden}${id}.${role}.tmp`);
  return { id, paths: { original: pathOf('original'), labeled: pathOf('labeled') } };
}

/** Deletes what a refused upload has written. */
export async function dropPair({ paths }: PairDraft): Promise<void> {
  await Promise.all(Object.values(paths).map((path) => rm(path, { force: true })));
}

/**
 * What kind of image was written, told by its content: JPEG, PNG or BMP, complete, at most 100 million pixels. Throws
 * `invalid` naming the field.
 */
export async function checkPicture(path: string, field: string): Promise<'jpg' | 'png' | 'bmp'> {
  const refuse = (what: string) => new AppError('invalid', `${field}: ${what}`, { details: { field } });
  const file = await open(path);
  const head = Buffer.alloc(SNIFF_BYTES);
  try {
    await file.read(head, 0, SNIFF_BYTES, 0);
  } finally {
    await file.close();
  }
  const type = findAcceptedType(head);
  if (!type) throw refuse('this is no JPEG, PNG or BMP image.');
  if ((await checkCompleteness(path)) === 'incomplete') throw refuse('the image ends too early.');
  const size = await readPixelSize(path);
  if (!size) throw refuse('the image cannot be read, or has too many pixels.');
  if (size.width * size.height > maxPixels) throw refuse('the image has more than 100 million pixels.');
  return endings[type];
}

/** Gives a checked pair its names, `<coil>_<epoch ms>_<role>.<ending>`; the first free millisecond from `at` on. */
export async function storePair(
  draft: PairDraft,
  folders: PairFolders,
  named: { coil: string; at: number; endings: Record<LiveRole, string> },
): Promise<{ at: number; pictures: StoredPicture[] }> {
  const nameAt = (role: LiveRole, at: number) => uploadName(named.coil, at, role, named.endings[role]);
  let at = named.at;
  while (
    (await exists(join(folders.original, nameAt('original', at)))) ||
    (await exists(join(folders.labeled, nameAt('labeled', at))))
  )
    at++;
  const moves = (['original', 'labeled'] as const).map((role) => ({
    role,
    from: draft.paths[role],
    to: join(folders[role], nameAt(role, at)),
  }));
  const note = join(folders.original, `${hidden}${draft.id}${noteEnding}`);
  await writeNote(note, moves);
  await moveAll(moves).catch(async (error: unknown) => {
    await rm(note, { force: true });
    throw error;
  });
  for (const folder of new Set(Object.values(folders))) await flushFolder(folder);
  await rm(note, { force: true });
  const pictures = moves.map(async ({ role, to }) => {
    const { size, mtimeMs } = await stat(to);
    return { role, name: basename(to), sizeBytes: size, modifiedAt: Math.round(mtimeMs) };
  });
  return { at, pictures: await Promise.all(pictures) };
}

/** Completes pairs that a dead process had begun to rename, and deletes what it had not. Before anything is watched. */
export async function recoverPairs(
  folders: PairFolders,
  now: number,
): Promise<{ completed: number; deleted: number }> {
  let completed = 0;
  let deleted = 0;
  const entries = await readdir(folders.original).catch(() => []);
  for (const name of entries.filter((one) => one.startsWith(hidden) && one.endsWith(noteEnding))) {
    const note = join(folders.original, name);
    for (const { from, to } of await readNote(note, folders)) {
      if (!(await exists(from))) continue;
      await move(from, to);
      completed++;
    }
    await rm(note, { force: true });
  }
  for (const folder of Object.values(folders)) {
    for (const name of await readdir(folder).catch(() => [])) {
      if (!name.startsWith(hidden) || (await ageOf(join(folder, name), now)) < forgottenMs) continue;
      await rm(join(folder, name), { force: true });
      deleted++;
    }
  }
  return { completed, deleted };
}

/** Gives all their names or, where one cannot have it, none. */
async function moveAll(moves: readonly Move[]): Promise<void> {
  const done: Move[] = [];
  try {
    for (const one of moves) {
      await move(one.from, one.to);
      done.push(one);
    }
  } catch (error) {
    for (const { from, to } of done) await rename(to, from).catch(() => {});
    throw error;
  }
}

/** Another process that starts meanwhile may have done the same already. */
async function move(from: string, to: string): Promise<void> {
  await rename(from, to).catch(async (error) => {
    if (error.code !== 'ENOENT' || !(await exists(to))) throw error;
  });
}

async function ageOf(path: string, now: number): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  return found ? now - found.mtimeMs : 0;
}

type Move = { from: string; to: string };

/** Names alone: where they lie is known, and a note from elsewhere leads nowhere. */
async function writeNote(path: string, moves: readonly Move[]): Promise<void> {
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

async function readNote(path: string, folders: PairFolders): Promise<Move[]> {
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

/** Where a file system knows no flush of folders, its renames last as long as it does. */
async function flushFolder(path: string): Promise<void> {
  const folder = await open(path).catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
