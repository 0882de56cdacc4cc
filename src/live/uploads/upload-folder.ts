import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../kernel/errors.ts';
import type { BaseFolder, LiveRole } from '../model.ts';

const retryAfterSec = 30;

/**
 * Returns the folder for uploads of a role, created if need be. Below a base that is not our own only the role's folder is
 * created, and only while the base exists and the role has no images yet (`hadImages`): otherwise a share is not mounted,
 * and files written to its mount point would be hidden by it later.
 *
 * @throws AppError 'unavailable' then, and where the folder cannot be created.
 */
export async function makeUploadFolder(
  baseFolder: BaseFolder,
  role: LiveRole,
  hadImages: boolean,
): Promise<string> {
  const path = join(baseFolder.dir, role);
  if (baseFolder.isOwn) {
    await mkdir(path, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
      throw unmade(path, error);
    });
    return path;
  }
  if ((await stat(path).catch(() => undefined))?.isDirectory()) return path;
  if (hadImages) throw away(`${role} of IMAGE_BASE_PATH, which held images,`);
  await mkdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw away('that IMAGE_BASE_PATH names');
    // Another upload has just created it.
    if (error.code !== 'EEXIST') throw unmade(path, error);
  });
  return path;
}

function away(which: string): AppError {
  return new AppError(
    'unavailable',
    `The folder ${which} is not there. Is the share mounted? Nothing was kept. Send the pair again later.`,
    { details: { retryAfterSec } },
  );
}

function unmade(path: string, { code = 'unknown' }: NodeJS.ErrnoException): AppError {
  const why = reasons[code] ?? code;
  return new AppError(
    'unavailable',
    `The folder ${path} for uploads cannot be made: ${why}. Nothing was kept. Make it, writable for this program, and send the pair again.`,
    { details: { retryAfterSec } },
  );
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'no permission',
  EPERM: 'no permission',
  EROFS: 'it can only be read there',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk is full',
  ENOTDIR: 'there is a file in its place',
  EEXIST: 'there is a file in its place',
};
