import {
  constants,
  copyFile,
  link,
  mkdir,
  readdir,
  rename,
  rm,
  rmdir,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import type { WallClock } from '../kernel/time/time-zone.ts';

/** Prefix of files that are still being written; watchers ignore them. */
export const temporaryPrefix = '.tmp-';

/** A name of contract S1: verdict, local date and time, COUNT. */
const namePattern = /^(?:OK|NG)-(\d{8}-\d{6})-(\d+)\.(?:jpg|jpeg|png)$/i;

/** `OK-20250906-102131-132.jpg`: verdict, the site's local time and COUNT. */
export function formatName(
  verdict: 'OK' | 'NG',
  capturedAt: number,
  sequence: number,
  wallClock: WallClock,
): string {
  const { year, month, day, hour, minute, second } = wallClock.fieldsAt(capturedAt);
  const two = (value: number): string => String(value).padStart(2, '0');
  const date = `${String(year).padStart(4, '0')}${two(month)}${two(day)}`;
  return `${verdict}-${date}-${two(hour)}${two(minute)}${two(second)}-${sequence}.jpg`;
}

/** COUNT and local time (`20250906-102131`, which sorts by itself) of a name; undefined for other names. */
export function readName(name: string): { localTime: string; sequence: number } | undefined {
  const match = namePattern.exec(name);
  return match === null ? undefined : { localTime: match[1]!, sequence: Number(match[2]) };
}

/** Whether a file was never finished. */
export function isTemporary(name: string): boolean {
  return name.startsWith(temporaryPrefix);
}

/** File names in a folder; none when it does not exist. */
export async function listNames(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Writes an image so that it appears whole, in one step. The folder must exist. */
export async function writeImage(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  const temporary = join(folder, `${temporaryPrefix}${name}`);
  await writeFile(temporary, bytes);
  await rename(temporary, join(folder, name));
}

/**
 * Puts a copy of `from` into the folder, at once and whole; its modification time becomes `modifiedAt` (epoch ms) or
 * stays now. File systems that can share the blocks do so.
 */
export async function copyImage(
  from: string,
  folder: string,
  name: string,
  modifiedAt?: number,
): Promise<void> {
  const temporary = join(folder, `${temporaryPrefix}${name}`);
  await copyFile(from, temporary, constants.COPYFILE_FICLONE);
  if (modifiedAt !== undefined) await utimes(temporary, modifiedAt / 1000, modifiedAt / 1000);
  await rename(temporary, join(folder, name));
}

/**
 * Puts `from` into the folder under another name without a second copy of its bytes; copies where the file system has
 * no hard links. False when the name was there already.
 */
export async function linkImage(from: string, folder: string, name: string): Promise<boolean> {
  try {
    await link(from, join(folder, name));
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (code === 'ENOENT') throw error;
    await copyImage(from, folder, name);
    return true;
  }
}

/** Makes a folder and those above it. */
export async function ensureFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
}

/** Deletes those files of a folder that have such a name, and the folder when nothing else is in it. */
export async function removeFiles(folder: string, isOurs: (name: string) => boolean): Promise<void> {
  for (const name of await listNames(folder)) if (isOurs(name)) await rm(join(folder, name), { force: true });
  await removeIfEmpty(folder);
}

/** Deletes a folder that nothing is in; one that does not exist, or holds something, is left alone. */
export async function removeIfEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(code ?? '')) throw error;
  }
}
