import { AppError } from '../../kernel/errors.ts';

/** Each holds two files on the disk and up to one look at each picture. */
export const maxUploadsAtOnce = 8;
const shortRetrySec = 5;
const diskRetrySec = 60;

/** How full a disk is; `usedRate` 0..1. */
type Disk = { totalBytes: number; usedBytes: number; usedRate: number };

export type UploadRoomOptions = {
  /** The most bytes the files of one upload have together. */
  pairBytes: number;
  /** A disk used beyond this rate takes no upload, 0..1; 0 switches it off. */
  highMark: number;
  /** The disks of folders, each once; those that cannot be asked are left out. */
  readDisks(folders: readonly string[]): Promise<readonly Disk[]>;
};

/** How many pairs are taken at a time, and whether there is room for them. */
export type UploadRoom = {
  /** Does the work of one upload in its turn; throws `unavailable` when as many as may be are under way. */
  enter<T>(work: () => Promise<T>): Promise<T>;
  /** Throws `unavailable` when the disks of these folders have no room for all that are under way. */
  assertRoom(folders: readonly string[]): Promise<void>;
};

export function createUploadRoom({ pairBytes, highMark, readDisks }: UploadRoomOptions): UploadRoom {
  let underWay = 0;
  return {
    async enter(work) {
      if (underWay >= maxUploadsAtOnce)
        throw unavailable(`${maxUploadsAtOnce} uploads are under way already.`, shortRetrySec);
      underWay += 1;
      try {
        return await work();
      } finally {
        underWay -= 1;
      }
    },
    async assertRoom(folders) {
      for (const { totalBytes, usedBytes, usedRate } of await readDisks(folders)) {
        if (totalBytes - usedBytes < pairBytes * Math.max(underWay, 1))
          throw unavailable('The disk of IMAGE_BASE_PATH has no room for the pair.', diskRetrySec);
        if (highMark > 0 && usedRate > highMark) {
          const percent = `${Math.floor(usedRate * 100)} %, above the ${Math.round(highMark * 100)} % of DISK_HIGH_PERCENT`;
          throw unavailable(`The disk of IMAGE_BASE_PATH is used to ${percent}.`, diskRetrySec);
        }
      }
    },
  };
}

function unavailable(what: string, retryAfterSec: number): AppError {
  return new AppError('unavailable', `${what} Nothing was kept. Send the pair again later.`, {
    details: { retryAfterSec },
  });
}
