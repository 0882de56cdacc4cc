import { realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { demoLiveDirOf } from '../kernel/storage/data-paths.ts';
import { isWithin } from '../kernel/storage/is-within.ts';

/** A share that hangs is not waited for; then only its name is compared. */
const resolveWithinMs = 2_000;

/**
 * The first of the real plant's folders that holds files of a demo plant in `dir`, or lies in its folders; links are
 * followed. Undefined where the demo plant has its folders to itself.
 */
export async function findOverlap(dir: string, folders: readonly string[]): Promise<string | undefined> {
  const demo = (await Promise.all([dir, demoLiveDirOf(dir)].map(namesOf))).flat();
  for (const folder of folders) {
    const real = await namesOf(folder);
    if (demo.some((one) => real.some((other) => isWithin(one, other) || isWithin(other, one)))) return folder;
  }
  return undefined;
}

/** A folder as it is called and as it is found on the disk. */
async function namesOf(path: string): Promise<string[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((done) => {
    timer = setTimeout(done, resolveWithinMs, path);
  });
  const real = await Promise.race([realOf(resolve(path)), late]);
  clearTimeout(timer);
  return [resolve(path), real];
}

/** Of a folder that is not there yet, the one it will be made in is followed. */
async function realOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(await realOf(parent), basename(path));
  }
}
