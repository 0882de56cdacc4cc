import { checkCompletenessSync } from '../../kernel/images/completeness.ts';
import { parseFileName } from '../file-name.ts';
import type { FoundFile } from '../found-files.ts';
import { lookUp } from './look-up.ts';
import type { ScanContext } from './scan-context.ts';

/** What one look at a file says. `sizeBytes` and `modifiedAt` let the next look tell whether it still grows. */
export type Look =
  | { state: 'complete'; file: FoundFile; changedAt: number }
  | { state: 'growing'; sizeBytes: number; modifiedAt: number }
  | { state: 'gone' };

/**
 * Looks at an image file: complete when it ends as its format demands, or when nothing has changed it for
 * `minFileAgeMs` (`unchangedSince` is when we first saw it at this size and time).
 */
export function inspectFile(
  context: ScanContext,
  path: string,
  name: string,
  before?: { sizeBytes: number; modifiedAt: number; unchangedSince: number },
): Look {
  const stat = lookUp(path);
  // Whatever is in the way now may be over in a moment.
  if (stat === 'unreadable') return { state: 'growing', sizeBytes: -1, modifiedAt: 0 };
  if (stat === 'gone' || !stat.isFile()) return { state: 'gone' };
  const sizeBytes = stat.size;
  const modifiedAt = Math.round(stat.mtimeMs);
  const now = context.clock.now();
  const steady = before?.sizeBytes === sizeBytes && before.modifiedAt === modifiedAt;
  const unchangedMs = Math.max(steady ? now - before.unchangedSince : 0, now - modifiedAt);
  const isOldEnough = unchangedMs >= context.options.minFileAgeMs;
  if (!isOldEnough && !endsAsItShould(path, sizeBytes)) return { state: 'growing', sizeBytes, modifiedAt };
  // The change time, unlike the modification time, also moves when a finished file is renamed or linked into place.
  const changedAt = Math.max(modifiedAt, stat.ctimeMs);
  return { state: 'complete', file: toFoundFile(context, name, { sizeBytes, modifiedAt }), changedAt };
}

/** A file by its name and, where known, its size and modification time; without a readable name its time is the latter. */
export function toFoundFile(
  context: Pick<ScanContext, 'pattern' | 'wallClock'>,
  name: string,
  { sizeBytes, modifiedAt }: { sizeBytes: number; modifiedAt: number },
): FoundFile {
  const parsed = parseFileName(name, context.pattern, context.wallClock);
  return {
    name,
    capturedAt: parsed?.capturedAt ?? modifiedAt,
    verdict: parsed?.verdict ?? null,
    sequence: parsed?.sequence ?? null,
    sizeBytes,
    modifiedAt,
  };
}

function endsAsItShould(path: string, sizeBytes: number): boolean {
  try {
    return checkCompletenessSync(path, { sizeBytes }) === 'complete';
  } catch {
    return false;
  }
}
