import type { Hindrance } from '../../kernel/retention-policy.ts';
import type { SourceStatus } from '../model.ts';

/**
 * Why nothing may be deleted while a watched folder is offline or not completely read: images from before the horizon are
 * skipped, and some of them may not have been counted yet. Null when all folders are read.
 */
export function readingHindrance(sources: readonly SourceStatus[]): Hindrance | null {
  if (sources.some(({ state }) => state === 'offline')) return 'offline';
  const isRead = ({ state, backfill, lastSweep }: SourceStatus) =>
    state !== 'starting' && backfill === null && lastSweep !== null;
  return sources.every(isRead) ? null : 'reading';
}
