import { link, open, rename, rm, stat } from 'node:fs/promises';

/** A file and the name it is to have, in one folder; `id` is the file itself, whatever it is called. */
export type Move = { from: string; to: string; id: string };

/** What file systems without hard links answer (FAT, some shares). */
const linklessCodes = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL', 'EMLINK', 'EACCES']);

/**
 * Gives all files their names or, where one cannot have it, none: false when another file has one of the names. Nothing
 * is ever written over, whatever other processes do at the same moment. `linkFile` is the file system's.
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

/** Both names lead to the same file until the old one goes, so that a crash in between loses neither. */
async function claim({ from, to, id }: Move, linkFile: typeof link): Promise<boolean> {
  try {
    await linkFile(from, to);
    return true;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    // A process that starts meanwhile completes what the note says: then it is this very file.
    if (code === 'EEXIST' || code === 'ENOENT') {
      if ((await findIdentity(to)) === id) return true;
      if (code === 'EEXIST') return false;
    }
    if (!linklessCodes.has(code)) throw error;
    return claimEmpty({ from, to });
  }
}

/** An empty file takes the name, which only one can make; then the real one takes its place. */
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
 * Completes or takes back what a dead process had begun: answers how many files got their names. Where another file has
 * one of the names by now, none keeps its own; nobody was told of that pair.
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
    // A name that was taken without links and not filled; no picture is empty.
    if ((await stat(one.to).catch(() => undefined))?.size === 0) await rm(one.to, { force: true });
    waiting.push({ ...one, id });
  }
  if (await claimNames(waiting)) return waiting.length;
  for (const { from, to } of done) await rename(to, from).catch(() => {});
  return 0;
}

/** What a file is, whatever it is called; throws the file system's error. */
export async function identityOf(path: string): Promise<string> {
  const { dev, ino } = await stat(path, { bigint: true });
  return `${dev}:${ino}`;
}

async function findIdentity(path: string): Promise<string | undefined> {
  return identityOf(path).catch(() => undefined);
}
