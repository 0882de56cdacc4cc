import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openRegularFile, readWhole } from '../../storage/open-file.ts';
import type { Clock } from '../../time/clock.ts';
import { judgeBytes } from '../completeness.ts';
import { maxImageFileBytes } from '../read-image.ts';
import type { Thumbnail, ThumbnailSpec } from './thumbnail.ts';

/** The smallest space that a file takes on disk. */
const diskBlockBytes = 4096;

/** A file's last use is kept in its mtime, only as precisely as eviction needs it. */
const touchAfterMs = 10 * 60_000;

/** Names created by this module; the sweep ignores all others. */
export const thumbnailFileName = /^[0-9a-f]{60}\.(?:webp|jpg)$/;
export const temporaryFileName = /^[0-9a-f]{60}\.(?:webp|jpg)\.(?<run>[0-9a-f]+)\.tmp$/;

/** The path of a key's thumbnail: two levels of 64 folders, so that a million files are 250 per folder. */
export function thumbnailPath(dir: string, key: string, spec: Pick<ThumbnailSpec, 'name' | 'type'>): string {
  const hash = createHash('sha256').update(`${spec.name}\n${key}`).digest();
  const [first, second] = [...hash.subarray(0, 2)].map((byte) => (byte & 63).toString(16).padStart(2, '0'));
  const name = `${hash.subarray(2).toString('hex')}.${spec.type === 'image/webp' ? 'webp' : 'jpg'}`;
  return join(dir, first ?? '', second ?? '', name);
}

/** Disk space that a file of `sizeBytes` occupies. */
export function diskBytes(sizeBytes: number): number {
  return Math.max(1, Math.ceil(sizeBytes / diskBlockBytes)) * diskBlockBytes;
}

/** Reads and writes thumbnails; `run` distinguishes temporary files of this process from those of a dead one. */
export function createThumbnailFiles(clock: Clock) {
  const run = randomBytes(8).toString('hex');
  let writes = 0;

  /** The thumbnail at `path`; undefined when there is none, or when a power cut left it incomplete. */
  async function read(path: string, type: Thumbnail['type']): Promise<Thumbnail | undefined> {
    const opened = await openRegularFile(path);
    if (!opened.ok) return undefined;
    const { file, sizeBytes, modifiedAt } = opened;
    try {
      if (sizeBytes > maxImageFileBytes) return undefined;
      const bytes = await readWhole(file, sizeBytes);
      if (!isWhole(bytes, type)) return undefined;
      const now = clock.now();
      if (Math.abs(now - modifiedAt) > touchAfterMs) await file.utimes(now / 1000, now / 1000).catch(ignored);
      return { ok: true, bytes, type };
    } catch {
      // On a disk error the image is simply drawn again.
      return undefined;
    } finally {
      await file.close();
    }
  }

  /** Writes atomically, even if the process dies. Throws the file system's error (disk full, read-only). */
  async function write(path: string, bytes: Buffer): Promise<void> {
    writes += 1;
    const temporary = `${path}.${run}${writes.toString(16)}.tmp`;
    try {
      await writeNew(temporary, bytes).catch(async (error) => {
        if (error.code !== 'ENOENT') throw error;
        await mkdir(dirname(path), { recursive: true });
        await writeNew(temporary, bytes);
      });
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true }).catch(ignored);
      throw error;
    }
  }

  async function writeNew(path: string, bytes: Buffer): Promise<void> {
    const file = await open(path, 'wx');
    try {
      await file.writeFile(bytes);
      const now = clock.now() / 1000;
      await file.utimes(now, now);
    } finally {
      await file.close();
    }
  }

  return { run, read, write };
}

/** Thumbnails are written without fsync, so their own end markers show whether they are complete. */
function isWhole(bytes: Buffer, type: Thumbnail['type']): boolean {
  if (type === 'image/jpeg') return judgeBytes(bytes) === 'complete';
  const header = 8;
  return bytes.length > header && bytes.length === header + bytes.readUInt32LE(4);
}

/** A lost access time, or a temporary file left for the next start to delete, does no harm. */
function ignored(): void {}
