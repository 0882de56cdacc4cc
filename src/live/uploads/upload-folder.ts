import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../kernel/errors.ts';
import type { LiveRole } from '../model.ts';

const retryAfterSec = 30;

/**
 * The folder that uploads of a role go to. Below a base of somebody else's only the role's own folder is made, and only
 * while the base is there and the role has no images yet (`hadImages`): else a share is away, and what is written to the
 * place it is mounted at would be hidden by it later. Throws `unavailable` then, and where no folder can be made.
 */
export async function makeUploadFolder(
  place: { dir: string; isOwn: boolean },
  role: LiveRole,
  hadImages: boolean,
): Promise<string> {
  const path = join(place.dir, role);
  if (place.isOwn) {
    await mkdir(path, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
      throw unmade(path, error);
    });
    return path;
  }
  if ((await stat(path).catch(() => undefined))?.isDirectory()) return path;
  if (hadImages) throw away(`${role} of IMAGE_BASE_PATH, which held images,`);
  await mkdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw away('that IMAGE_BASE_PATH names');
    // Another upload made it meanwhile.
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
