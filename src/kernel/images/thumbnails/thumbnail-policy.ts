import type { RetentionPolicy } from '../../retention-policy.ts';
import type { ThumbnailStore } from './thumbnail-store.ts';

/** This share of the budget is kept even when the disk is full: drawing all thumbnails again would cost more. */
const keptRate = 0.25;

/** The retention policy of thumbnails: they stay within their budget anyway, and give up most of it on a full disk. */
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
