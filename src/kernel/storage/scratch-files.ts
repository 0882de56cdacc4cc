import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A private file for programs that need a path; no other process can open or change it. */
export type ScratchFile = {
  /** Valid until the file is given back. */
  path: string;
  giveBack(): Promise<void>;
};

export type ScratchFiles = {
  /**
   * The bytes as a file; undefined where that is not possible, and the caller does without. More than `maxBytes` are
   * written only if they are `needed`, on the disk where memory has no room for them.
   */
  write(bytes: Buffer, options?: { needed?: boolean }): Promise<ScratchFile | undefined>;
};

/** On Linux this folder is in memory. */
const memoryFolder = '/dev/shm';

type Kept = { file: FileHandle; length: number };

/**
 * Unlinked files, so that nothing is left of them whenever the process ends. Up to `maxFiles` of at most `maxBytes` each
 * are kept for reuse. Only Linux has paths for open files.
 */
export function createScratchFiles({
  maxFiles,
  maxBytes,
}: {
  maxFiles: number;
  maxBytes: number;
}): ScratchFiles {
  const free: Kept[] = [];

  async function giveBack(kept: Kept): Promise<void> {
    if (free.length < maxFiles) free.push(kept);
    else await kept.file.close();
  }

  /** The bytes in a file that was kept or is new, in the first of these folders with room for them. */
  async function fillOne(bytes: Buffer, folders: readonly string[]): Promise<Kept | undefined> {
    const kept = bytes.length > maxBytes ? undefined : free.pop();
    if (kept && (await fill(kept, bytes))) return kept;
    await kept?.file.close();
    for (const folder of folders) {
      const opened = await openNameless(folder);
      if (opened && (await fill(opened, bytes))) return opened;
      await opened?.file.close();
    }
    return undefined;
  }

  async function write(
    bytes: Buffer,
    { needed = false }: { needed?: boolean } = {},
  ): Promise<ScratchFile | undefined> {
    const isLarge = bytes.length > maxBytes;
    if (process.platform !== 'linux' || (isLarge && !needed)) return undefined;
    const filled = await fillOne(bytes, needed ? [inMemory(), tmpdir()] : [inMemory()]);
    if (!filled) return undefined;
    return {
      path: `/proc/self/fd/${filled.file.fd}`,
      giveBack: () => (isLarge ? filled.file.close() : giveBack(filled)),
    };
  }

  return { write };
}

function inMemory(): string {
  return existsSync(memoryFolder) ? memoryFolder : tmpdir();
}

async function openNameless(folder: string): Promise<Kept | undefined> {
  const path = join(folder, `linesight-${randomUUID()}`);
  try {
    const file = await open(path, 'wx+', 0o600);
    await unlink(path);
    return { file, length: 0 };
  } catch {
    return undefined;
  }
}

async function fill(kept: Kept, bytes: Buffer): Promise<boolean> {
  try {
    const { bytesWritten } = await kept.file.write(bytes, 0, bytes.length, 0);
    if (bytesWritten < bytes.length) return false;
    if (kept.length > bytes.length) await kept.file.truncate(bytes.length);
    kept.length = bytes.length;
    return true;
  } catch {
    return false;
  }
}
