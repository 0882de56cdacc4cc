import { createHash, randomBytes } from 'node:crypto';
import { link, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../../kernel/errors.ts';
import { openBmp } from '../../kernel/images/bmp.ts';
import { readBmpHeader } from '../../kernel/images/bmp-header.ts';
import { checkImageFile } from '../../kernel/images/check-image-file.ts';
import type { AcceptedType } from '../../kernel/images/content-type.ts';
import { openUntrustedImage } from '../../kernel/images/untrusted-image.ts';
import { flushFolder } from '../../kernel/storage/flush-folder.ts';
import { minuteMs } from '../../kernel/time/durations.ts';
import type { SentPrediction } from '../model.ts';

/** Images that are being received; a start deletes what a dead process left. */
const draftFolder = '.incoming';
const maxSuffix = 1_000;
/** Of younger drafts another process may still be receiving. */
const abandonedMs = 10 * minuteMs;

/** Where images lie and how they are named (contract S3). */
export type ImageLayout = { dir: string; byDate: boolean; byResult: boolean; quality: number };

/** A stored image: its path relative to the folder, with slashes, and its size. */
export type StoredImage = { path: string; bytes: number };

/** Images of predictions on a disk: whole or not at all, on the disk before they are acknowledged. */
export type ImageFiles = {
  readonly dir: string;
  /** A path to receive an image at, to be dropped or kept. */
  draft(): Promise<string>;
  /** A draft with these bytes. */
  draftOf(bytes: Buffer): Promise<string>;
  drop(draft: string): Promise<void>;
  /**
   * Checks a draft by its content, makes a JPEG of it where it is none, and gives it its name. The draft is gone then.
   *
   * @throws AppError 'invalid' for what is no image, 'unavailable' where the disk takes no more.
   */
  keep(draft: string, of: Pick<SentPrediction, 'imageId' | 'at' | 'isDefect'>): Promise<StoredImage>;
  /** The file of a stored image. */
  pathOf(path: string): string;
  remove(path: string): Promise<void>;
  /** Why the last image could not be stored; null once one could. */
  fault(): string | null;
  /** An image could not be received. */
  noteFault(error: unknown): void;
  /** Deletes drafts of a process that died. */
  clean(now: number): Promise<void>;
};

export function createImageFiles(layout: ImageLayout): ImageFiles {
  const { dir } = layout;
  const drafts = join(dir, draftFolder);
  let fault: string | null = null;
  const noteFault = (error: unknown) => {
    if (!(error instanceof AppError && error.code === 'unavailable')) return;
    fault = error.cause instanceof Error ? error.cause.message : error.message;
  };
  const noting = async <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      noteFault(error);
      throw error;
    });
  async function draft(): Promise<string> {
    await mkdir(drafts, { recursive: true }).catch(refuseDisk);
    return join(drafts, `${randomBytes(12).toString('hex')}.tmp`);
  }

  async function draftOf(bytes: Buffer): Promise<string> {
    const path = await draft();
    await writeFile(path, bytes, { flush: true, flag: 'wx' }).catch(async (error: unknown) => {
      await rm(path, { force: true });
      return refuseDisk(error);
    });
    return path;
  }

  async function claim(from: string, folder: string, name: string): Promise<string> {
    await makeFolder(join(dir, folder));
    for (let i = 0; i < maxSuffix; i++) {
      const path = [folder, `${name}${i === 0 ? '' : `_${i}`}.jpg`].filter((part) => part !== '').join('/');
      try {
        await renameNew(from, join(dir, path));
        return path;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
    }
    throw new Error(`${folder}/${name} is taken ${maxSuffix} times`);
  }

  async function keep(
    path: string,
    of: Pick<SentPrediction, 'imageId' | 'at' | 'isDefect'>,
  ): Promise<StoredImage> {
    const type = await checkImageFile(path, 'image');
    if (type !== 'image/jpeg') await encode(path, type, layout.quality);
    try {
      const { folder, name } = placeOf(layout, of);
      const kept = await claim(path, folder, name);
      await flushFolder(dirname(join(dir, kept)));
      const { size } = await stat(join(dir, kept));
      fault = null;
      return { path: kept, bytes: size };
    } catch (error) {
      return refuseDisk(error);
    } finally {
      await rm(path, { force: true });
    }
  }

  return {
    dir,
    draft: () => noting(draft()),
    draftOf: (bytes) => noting(draftOf(bytes)),
    drop: (path) => rm(path, { force: true }),
    keep: (path, of) => noting(keep(path, of)),
    fault: () => fault,
    noteFault,
    pathOf: (path) => join(dir, path),
    remove: (path) => rm(join(dir, path), { force: true }),
    clean: async (now) => {
      for (const name of await readdir(drafts).catch(() => [])) {
        const path = join(drafts, name);
        const found = await stat(path).catch(() => undefined);
        if (found && now - found.mtimeMs > abandonedMs) await rm(path, { force: true });
      }
    },
  };
}

/** `YYYY/MM/DD/defects|no_defects` and `pred_{YYYYMMDD_HHMMSS}_{first 8 hex of md5(image_id)}`, in UTC. */
function placeOf(
  { byDate, byResult }: Pick<ImageLayout, 'byDate' | 'byResult'>,
  { imageId, at, isDefect }: Pick<SentPrediction, 'imageId' | 'at' | 'isDefect'>,
): { folder: string; name: string } {
  const stamp = new Date(at).toISOString();
  const folder = [
    ...(byDate ? [stamp.slice(0, 10).replaceAll('-', '/')] : []),
    ...(byResult ? [isDefect ? 'defects' : 'no_defects'] : []),
  ].join('/');
  const digest = createHash('md5').update(imageId).digest('hex').slice(0, 8);
  const time = stamp.slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '_');
  return { folder, name: `pred_${time}_${digest}` };
}

/** Makes a folder with those above it, each of them durably: a power cut must not take the folder of a kept image. */
async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) await flushFolder(dirname(made));
}

/** Shares and cards without links answer one of these. */
const noLinks = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

/** Renames without overwriting. @throws the file system's EEXIST where the name is taken. */
async function renameNew(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!noLinks.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    await writeFile(to, '', { flag: 'wx' });
    await rename(from, to).catch(async (failure: unknown) => {
      await rm(to, { force: true });
      throw failure;
    });
  }
}

/** Makes a JPEG of a draft. @throws AppError 'invalid' for an image that cannot be drawn, 'unavailable' for a full disk. */
async function encode(path: string, type: AcceptedType, quality: number): Promise<void> {
  const bytes = await readFile(path);
  let jpeg: Buffer;
  try {
    const image =
      type === 'image/bmp'
        ? await openBmp(bytes, readBmpHeader(bytes))
        : (await openUntrustedImage(bytes)).image;
    jpeg = await image.flatten({ background: '#fff' }).jpeg({ quality }).toBuffer();
  } catch (cause) {
    throw new AppError('invalid', 'image: it cannot be made a JPEG.', { details: { field: 'image' }, cause });
  }
  await writeFile(path, jpeg, { flush: true }).catch(refuseDisk);
}

/** @throws AppError 'unavailable' where the disk is full or away. */
function refuseDisk(cause: unknown): never {
  if (cause instanceof AppError) throw cause;
  throw new AppError(
    'unavailable',
    'The image cannot be stored: the disk is full or away. Send it again later.',
    {
      details: { retryAfterSec: 30 },
      cause,
    },
  );
}
