import type { FolderRef } from './folder-ref.ts';

/** A folder as it was recorded, and the path below its root where it is now. */
export type MovedFolder = {
  folder: FolderRef;
  path: string;
  /** Another folder has its path, and where it went is not known yet: `path` only holds its place, and is none on the disk. */
  isParked: boolean;
  /** Its former path has become another folder's already, so that only its files can be told, not what else is there. */
  isByFile: boolean;
};
