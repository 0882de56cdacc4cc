import { join } from 'node:path';
import { checkCompletenessSync } from '../../images/completeness.ts';
import { believedAheadMs } from '../../time/clock.ts';
import type { WallClock } from '../../time/time-zone.ts';
import { inodeOf, lookUpFile } from '../disk/look-up.ts';
import type { FoundFile } from '../model/found-batch.ts';
import type { NameFacts } from '../model/name-reading.ts';
import { pathOf } from '../state/folder-state.ts';
import type { FolderState, ScanContext } from '../state/scan-context.ts';

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

/** Size and time of a file at the last look, and since when (`performance.now()`) they have been the same. */
export type LastLook = { sizeBytes: number; modifiedAt: number; unchangedSince: number };

/**
 * Looks at an image file. It is complete by its own content; where that shows nothing (another format), when it has not
 * changed for `minFileAgeMs`; where its end is missing, when it has not changed for `cutOffMs`. Ages are measured by our
 * own observations alone (`unchangedSince`, by `performance.now()`, is when we first saw this size and time): a share's
 * clock may be off by minutes or hours.
 */
export function inspectFile(
  context: ScanContext,
  folder: FolderState,
  name: string,
  { before, isHeard = false }: { before?: LastLook; isHeard?: boolean } = {},
): Look {
  const path = join(pathOf(context, folder), name);
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
  const inode = inodeOf(context, stats);
  const file = toFoundFile(context, folder, name, { sizeBytes, modifiedAt, inode, isHeard });
  return { state: 'complete', file, changedAt };
}

type OnDisk = { sizeBytes: number; modifiedAt: number; inode: number | null; isHeard: boolean };

/**
 * Describes a file by its name and what the disk says of it. Without a time in the name, `capturedAt` is the modification
 * time. In the hour that repeats when clocks are set back, the modification time decides which of the two is meant. A time
 * further ahead than `believedAheadMs` is another machine's wrong clock: the file counts for when it was found.
 */
export function toFoundFile(
  { readName, wallClock, clock }: Pick<ScanContext, 'readName' | 'wallClock' | 'clock'>,
  folder: FolderState,
  name: string,
  { sizeBytes, modifiedAt, inode, isHeard }: OnDisk,
): FoundFile {
  const facts = readName(name, folder.ref.path);
  const now = clock.now();
  const named = facts?.capturedAt == null ? null : settleRun(facts.capturedAt, facts, modifiedAt, wallClock);
  const claimed = named ?? modifiedAt;
  const isBelieved = claimed <= now + believedAheadMs;
  const capturedAt = isBelieved ? claimed : now;
  const namedAt = isBelieved ? null : named;
  return { name, capturedAt, namedAt, sizeBytes, modifiedAt, inode, isHeard, facts };
}

function settleRun(
  capturedAt: number,
  { isExact }: NameFacts,
  modifiedAt: number,
  wallClock: WallClock,
): number {
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
