import { createGrowingCache } from '../../growing-cache.ts';
import type { FoundFile } from '../model/found-batch.ts';
import { fileKey } from '../state/folder-state.ts';
import type { NameSet } from '../state/name-set.ts';
import type { FolderState } from '../state/scan-context.ts';

/**
 * A writer's close event must not deliver the same file twice. Files delivered longer ago are compared with the
 * database instead, because they may have been renamed and renamed back in between.
 */
const maxFiles = 5_000;
const rememberedMs = 10_000;

/** The files delivered last, by size and modification time. */
export type DeliveredFiles = {
  /** Remembers a file; false when it was delivered just now with the same content. */
  add(folder: FolderState, file: FoundFile): boolean;
  forget(folder: FolderState, name: string): void;
  /** Forgets the files of a folder that are not among `names`. */
  forgetAllBut(folder: FolderState, names: NameSet): void;
};

export function createDeliveredFiles(): DeliveredFiles {
  const contents = createGrowingCache<string, string>({ max: maxFiles, ttl: rememberedMs });
  return {
    add: (folder, file) => {
      const key = fileKey(folder, file.name);
      const content = `${file.sizeBytes}:${file.modifiedAt}`;
      if (contents.get(key) === content) return false;
      contents.set(key, content);
      return true;
    },
    forget: (folder, name) => void contents.delete(fileKey(folder, name)),
    forgetAllBut: (folder, names) => {
      const prefix = fileKey(folder, '');
      for (const key of contents.keys()) {
        if (!key.startsWith(prefix)) continue;
        const name = key.slice(prefix.length);
        // A name with a slash belongs to a folder below this one.
        if (!name.includes('/') && !names.has(name)) contents.delete(key);
      }
    },
  };
}
