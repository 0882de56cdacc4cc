import type { RetentionPolicy } from '../../retention-policy.ts';
import type { ThumbnailStore } from './thumbnail-store.ts';

/** Below this share of their budget thumbnails stay even when the disk is full: drawing them all anew costs more. */
const keptRate = 0.25;

/** Thumbnails: they keep to their budget by themselves, and give most of it up where the disk fills up. */
export function createThumbnailPolicy(store: ThumbnailStore, dir: string): RetentionPolicy {
  const usage = () => store.stats().disk;
  const spare = () => Math.max(0, Math.floor(usage().bytes - usage().budgetBytes * keptRate));
  return {
    key: 'thumbnails',
    limits: { days: 0, bytes: usage().budgetBytes },
    isEstimate: false,
    folders: () => [dir],
    hindrance: () => null,
    read: async () => {
      const { files, bytes, sweptAt } = usage();
      return { count: files, bytes, oldestAt: null, isCounting: sweptAt === null };
    },
    preview: async (cut) => {
      const { files, bytes } = usage();
      const freed = 'freeBytes' in cut ? Math.min(cut.freeBytes, spare()) : 0;
      return { count: bytes > 0 ? Math.ceil((files * freed) / bytes) : 0, bytes: freed };
    },
    remove: async (cut) => {
      const before = usage();
      const free = 'freeBytes' in cut ? Math.min(cut.freeBytes, spare()) : 0;
      if (free > 0) await store.sweep(before.bytes - free);
      const { files, bytes } = usage();
      const count = Math.max(0, before.files - files);
      return { count, bytes: Math.max(0, before.bytes - bytes), failed: 0, isDone: true };
    },
  };
}
