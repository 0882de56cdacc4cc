import { checkCompletenessSync } from '../../images/completeness.ts';
import type { WallClock } from '../../time/time-zone.ts';
import { lookUpFile } from '../disk/look-up.ts';
import type { FoundFile } from '../model/found-batch.ts';
import type { NameFacts } from '../model/name-reading.ts';
import type { ScanContext } from '../state/scan-context.ts';

/** A share's clock may lag ours by this much, so the age of a younger file is measured by our own observations only. */
const trustedAgeMs = 60_000;

/** The result of one look at a file. `sizeBytes` and `modifiedAt` let the next look tell whether it still grows. */
export type Look =
  | { state: 'complete'; file: FoundFile; changedAt: number }
  | { state: 'growing'; sizeBytes: number; modifiedAt: number }
  | { state: 'gone' }
  | { state: 'unreadable'; reason: string };

/**
 * Looks at an image file. It is complete when it ends as its format requires, when it has not changed for
 * `minFileAgeMs` (`unchangedSince`, by `performance.now()`, is when we first saw this size and time), or when it was
 * last changed long ago.
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
  const { minFileAgeMs } = context.options;
  const isSteady = before?.sizeBytes === sizeBytes && before.modifiedAt === modifiedAt;
  const isOldEnough =
    (isSteady && performance.now() - before.unchangedSince >= minFileAgeMs) ||
    context.clock.now() - modifiedAt >= Math.max(minFileAgeMs, trustedAgeMs);
  if (!isOldEnough && !endsAsItShould(path, sizeBytes)) return { state: 'growing', sizeBytes, modifiedAt };
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

function endsAsItShould(path: string, sizeBytes: number): boolean {
  try {
    return checkCompletenessSync(path, { sizeBytes }) === 'complete';
  } catch {
    return false;
  }
}
