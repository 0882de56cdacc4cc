import { stat, statfs } from 'node:fs/promises';

/**
 * A disk and the watched folders on it. `usedRate` is 0..1 as df computes it: used bytes over the bytes available to
 * unprivileged users.
 */
export type Disk = { folders: string[]; totalBytes: number; usedBytes: number; usedRate: number };

/** The disks that hold the folders, each once. Folders that cannot be read are left out. */
export async function readDisks(folders: readonly string[]): Promise<Disk[]> {
  const byDevice = new Map<number, Disk>();
  for (const folder of new Set(folders)) {
    const usage = await readUsage(folder);
    if (!usage) continue;
    const { device, totalBytes, usedBytes } = usage;
    const disk = byDevice.get(device);
    if (disk) disk.folders.push(folder);
    else byDevice.set(device, { folders: [folder], totalBytes, usedBytes, usedRate: usedBytes / totalBytes });
  }
  return [...byDevice.values()];
}

async function readUsage(
  folder: string,
): Promise<{ device: number; totalBytes: number; usedBytes: number } | undefined> {
  try {
    const { dev: device } = await stat(folder);
    const { blocks, bfree, bavail, bsize } = await statfs(folder);
    const usedBytes = (blocks - bfree) * bsize;
    const totalBytes = usedBytes + bavail * bsize;
    return totalBytes === 0 ? undefined : { device, totalBytes, usedBytes };
  } catch {
    return undefined;
  }
}

/** The marks between which disk usage is kept, 0..1; a `high` of 0 switches this off. */
export type Marks = { high: number; low: number };

export function isAboveHigh({ usedRate }: Disk, { high }: Marks): boolean {
  return high > 0 && usedRate > high;
}

/** Bytes to delete until a disk is down to the low mark. */
export function bytesAboveLow({ usedBytes, totalBytes }: Disk, { low }: Marks): number {
  return Math.ceil(usedBytes - totalBytes * low);
}
