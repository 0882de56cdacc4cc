import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file that nobody else can open or change, for programs that take a path. */
export type ScratchFile = {
  /** Good until it is given back. */
  path: string;
  giveBack(): Promise<void>;
};

export type ScratchFiles = {
  /** The bytes as a file; undefined where there can be none: the caller does without. */
  write(bytes: Buffer): Promise<ScratchFile | undefined>;
};

/** Linux keeps what lies here in memory. */
const memoryFolder = '/dev/shm';

type Kept = { file: FileHandle; length: number };

/**
 * Files without a name, so that nothing is left of them whenever the process ends; up to `maxFiles` of at most
 * `maxBytes` each are kept for the next who asks. Only Linux can name an open file.
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
