import type { Hindrance } from '../../kernel/retention-policy.ts';
import type { SourceStatus } from '../model.ts';

/**
 * Whether every watched folder is there and read to its end. Before that, deletion would have images passed over that
 * were never counted.
 */
export function readingHindrance(sources: readonly SourceStatus[]): Hindrance | null {
  if (sources.some(({ state }) => state === 'offline')) return 'offline';
  const isRead = ({ state, backfill, lastSweep }: SourceStatus) =>
    state !== 'starting' && backfill === null && lastSweep !== null;
  return sources.every(isRead) ? null : 'reading';
}
