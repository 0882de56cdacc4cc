import { stat, statfs } from 'node:fs/promises';

/** One disk with the folders on it that concern us. `usedRate` 0..1 as df counts it: of what may be used at all. */
export type Disk = { folders: string[]; totalBytes: number; usedBytes: number; usedRate: number };

/** The disks a few folders lie on, each once; folders that are away are left out. */
export async function readDisks(folders: readonly string[]): Promise<Disk[]> {
  const byDevice = new Map<number, Disk>();
  for (const folder of new Set(folders)) {
    const found = await readDisk(folder);
    if (!found) continue;
    const disk = byDevice.get(found.device);
    if (disk) disk.folders.push(folder);
    else byDevice.set(found.device, { ...found.disk, folders: [folder] });
  }
  return [...byDevice.values()];
}

async function readDisk(
  folder: string,
): Promise<{ device: number; disk: Omit<Disk, 'folders'> } | undefined> {
  try {
    const { dev: device } = await stat(folder);
    const { blocks, bfree, bavail, bsize } = await statfs(folder);
    const usedBytes = (blocks - bfree) * bsize;
    const totalBytes = usedBytes + bavail * bsize;
    if (totalBytes === 0) return undefined;
    return { device, disk: { totalBytes, usedBytes, usedRate: usedBytes / totalBytes } };
  } catch {
    return undefined;
  }
}

/** The marks between which a disk is kept, 0..1; `high` of 0 switches it off. */
export type Marks = { high: number; low: number };

/** Whether a disk is so full that something has to go. */
export function isAboveHigh({ usedRate }: Disk, { high }: Marks): boolean {
  return high > 0 && usedRate > high;
}

/** Bytes that have to go until a disk is down to the low mark. */
export function bytesAboveLow({ usedBytes, totalBytes }: Disk, { low }: Marks): number {
  return Math.ceil(usedBytes - totalBytes * low);
}
