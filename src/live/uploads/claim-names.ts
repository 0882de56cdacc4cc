import { link, open, rename, rm, stat } from 'node:fs/promises';

/** A file and its future name in the same folder, both as paths; `id` identifies the file under any name. */
export type Move = { from: string; to: string; id: string };

/** Error codes of file systems without hard links (FAT, some shares). */
const linklessCodes = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL', 'EMLINK', 'EACCES']);

/**
 * Renames all files or none; false when another file has one of the names. No file is ever overwritten, whatever other
 * processes do at the same moment. Throws the file system's error. `linkFile` is replaced in tests.
 */
export async function claimNames(moves: readonly Move[], linkFile = link): Promise<boolean> {
  const claimed: Move[] = [];
  const giveBack = async () => {
    for (const one of claimed) await returnName(one).catch(() => {});
  };
  try {
    for (const one of moves) {
      if (!(await claim(one, linkFile))) {
        await giveBack();
        return false;
      }
      claimed.push(one);
    }
  } catch (error) {
    await giveBack();
    throw error;
  }
  for (const { from } of moves) await rm(from, { force: true });
  return true;
}

/** Both names point to the same file until the old one is removed, so that a crash in between loses nothing. */
async function claim({ from, to, id }: Move, linkFile: typeof link): Promise<boolean> {
  try {
    await linkFile(from, to);
    return true;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    // A process that has just started may have completed the rename from the journal: then it is the same file.
    if (code === 'EEXIST' || code === 'ENOENT') {
      if ((await findIdentity(to)) === id) return true;
      if (code === 'EEXIST') return false;
    }
    if (!linklessCodes.has(code)) throw error;
    return claimEmpty({ from, to });
  }
}

/** Reserves the name with an empty file, which only one process can create, then renames over it. */
async function claimEmpty({ from, to }: Pick<Move, 'from' | 'to'>): Promise<boolean> {
  try {
    await (await open(to, 'wx')).close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  try {
    await rename(from, to);
  } catch (error) {
    await rm(to, { force: true });
    throw error;
  }
  return true;
}

async function returnName({ from, to, id }: Move): Promise<void> {
  if ((await findIdentity(to)) !== id) return;
  if ((await findIdentity(from)) === id) await rm(to, { force: true });
  else await rename(to, from);
}

/**
 * Completes the renames that a dead process had begun; returns how many files were renamed. Where another file has one of
 * the names by now, all are undone: that pair was never confirmed to its sender.
 */
export async function completeNames(moves: readonly Pick<Move, 'from' | 'to'>[]): Promise<number> {
  const waiting: Move[] = [];
  const done: Pick<Move, 'from' | 'to'>[] = [];
  for (const one of moves) {
    const id = await findIdentity(one.from);
    if (id === undefined) {
      done.push(one);
      continue;
    }
    // A name reserved without links and never filled; no picture is empty.
    if ((await stat(one.to).catch(() => undefined))?.size === 0) await rm(one.to, { force: true });
    waiting.push({ ...one, id });
  }
  if (await claimNames(waiting)) return waiting.length;
  for (const { from, to } of done) await rename(to, from).catch(() => {});
  return 0;
}

/** Identifies a file under any name; throws the file system's error. */
export async function identityOf(path: string): Promise<string> {
  const { dev, ino } = await stat(path, { bigint: true });
  return `${dev}:${ino}`;
}

async function findIdentity(path: string): Promise<string | undefined> {
  return identityOf(path).catch(() => undefined);
}
