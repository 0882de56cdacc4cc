import { AppError } from '../../kernel/errors.ts';

/** Each writes two files and reads each picture once to check it. */
export const maxUploadsAtOnce = 8;
const shortRetrySec = 5;
const diskRetrySec = 60;

/** How full a disk is; `usedRate` 0..1. */
type Disk = { totalBytes: number; usedBytes: number; usedRate: number };

export type UploadRoomOptions = {
  /** Most bytes of the files of one upload together. */
  pairBytes: number;
  /** A disk used beyond this rate accepts no upload, 0..1; 0 switches the check off. */
  highMark: number;
  /** The disks of folders, each once; those that cannot be read are left out. */
  readDisks(folders: readonly string[]): Promise<readonly Disk[]>;
};

/** Limits how many pairs are received at a time, and checks that there is room for them. */
export type UploadRoom = {
  /** Runs one upload; throws `unavailable` when too many are under way. */
  enter<T>(work: () => Promise<T>): Promise<T>;
  /** Throws `unavailable` when the disks of these folders have no room for all uploads under way. */
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
