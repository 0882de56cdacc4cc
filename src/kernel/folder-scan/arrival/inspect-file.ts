import { checkCompletenessSync } from '../../images/completeness.ts';
import type { WallClock } from '../../time/time-zone.ts';
import { lookUpFile } from '../disk/look-up.ts';
import type { FoundFile } from '../model/found-batch.ts';
import type { NameFacts } from '../model/name-reading.ts';
import type { ScanContext } from '../state/scan-context.ts';

/**
 * An image whose end is missing counts, as cut off, once we have seen it unchanged for this long: a copy over a slow link
 * may pause, and a file set aside empty is filled later. If it grows after that, it is read again.
 */
const cutOffAfterMs = 30_000;

/** The result of one look at a file. `sizeBytes` and `modifiedAt` let the next look tell whether it still grows. */
export type Look =
  | { state: 'complete'; file: FoundFile; changedAt: number }
  | { state: 'growing'; sizeBytes: number; modifiedAt: number }
  | { state: 'gone' }
  | { state: 'unreadable'; reason: string };

/**
 * Looks at an image file. It is complete by its own content; where that shows nothing (another format), when it has not
 * changed for `minFileAgeMs`; where its end is missing, when it has not changed for `cutOffMs`. Ages are measured by our
 * own observations alone (`unchangedSince`, by `performance.now()`, is when we first saw this size and time): a share's
 * clock may be off by minutes or hours.
 */
export function inspectFile(
  context: ScanContext,
  path: string,
  name: string,
  before?: { sizeBytes: number; modifiedAt: number; unchangedSince: number },
): Look {
  const found = lookUpFile(path);
  if (found.state === 'unreadable') return found;
  if (found.state === 'gone' || !found.stats.isFile()) return { state: 'gone' };
  const { stats } = found;
  const sizeBytes = stats.size;
  const modifiedAt = Math.round(stats.mtimeMs);
  const isSteady = before?.sizeBytes === sizeBytes && before.modifiedAt === modifiedAt;
  const steadyMs = isSteady ? performance.now() - before.unchangedSince : 0;
  if (!isComplete(context, path, sizeBytes, steadyMs)) return { state: 'growing', sizeBytes, modifiedAt };
  // ctime, unlike mtime, also changes when a finished file is renamed or linked into the folder.
  const changedAt = Math.max(modifiedAt, stats.ctimeMs);
  return { state: 'complete', file: toFoundFile(context, name, { sizeBytes, modifiedAt }), changedAt };
}

/**
 * Describes a file by its name, size and modification time. Without a readable name, `capturedAt` is the modification
 * time. In the hour that repeats when clocks are set back, the modification time decides which of the two is meant.
 */
export function toFoundFile(
  { readName, wallClock }: Pick<ScanContext, 'readName' | 'wallClock'>,
  name: string,
  { sizeBytes, modifiedAt }: { sizeBytes: number; modifiedAt: number },
): FoundFile {
  const facts = readName(name);
  const capturedAt = facts ? settleRun(facts, modifiedAt, wallClock) : modifiedAt;
  return { name, capturedAt, sizeBytes, modifiedAt, facts };
}

function settleRun({ capturedAt, isExact }: NameFacts, modifiedAt: number, wallClock: WallClock): number {
  const later = isExact ? undefined : wallClock.secondRunAt(capturedAt);
  if (later === undefined) return capturedAt;
  return Math.abs(modifiedAt - later) < (later - capturedAt) / 2 ? later : capturedAt;
}

function isComplete({ options }: ScanContext, path: string, sizeBytes: number, steadyMs: number): boolean {
  if (steadyMs >= Math.max(options.cutOffMs ?? cutOffAfterMs, options.minFileAgeMs)) return true;
  try {
    const completeness = checkCompletenessSync(path, { sizeBytes });
    return completeness === 'complete' || (completeness === 'unknown' && steadyMs >= options.minFileAgeMs);
  } catch {
    return false;
  }
}
