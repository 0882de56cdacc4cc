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
  /** The bytes as a file; undefined where that is not possible, and the caller does without. */
  write(bytes: Buffer): Promise<ScratchFile | undefined>;
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

  async function write(bytes: Buffer): Promise<ScratchFile | undefined> {
    if (process.platform !== 'linux' || bytes.length > maxBytes) return undefined;
    const kept = free.pop() ?? (await openNameless());
    if (!kept) return undefined;
    if (!(await fill(kept, bytes))) {
      await kept.file.close();
      return undefined;
    }
    return { path: `/proc/self/fd/${kept.file.fd}`, giveBack: () => giveBack(kept) };
  }

  return { write };
}

async function openNameless(): Promise<Kept | undefined> {
  const folder = existsSync(memoryFolder) ? memoryFolder : tmpdir();
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
