import type { ScanContext } from './scan-context.ts';

/** Times further back than this are before the limit in either run of the clock. */
const longestRunMs = 3 * 3_600_000;

/**
 * Whether an instant told by a name lies before a limit. Of an instant whose clock time happens again, the later run
 * counts: only a look at the file tells which it is.
 */
export function isBefore({ wallClock }: Pick<ScanContext, 'wallClock'>, at: number, limit: number): boolean {
  if (at >= limit) return false;
  return at < limit - longestRunMs || (wallClock.secondRunAt(at) ?? at) < limit;
}

/** Whether a name tells a time whose files are taken up no more: they were recorded, counted and deleted from the records. */
export function isHistory(context: ScanContext, name: string): boolean {
  if (context.keepSince === Number.NEGATIVE_INFINITY) return false;
  const capturedAt = context.readName(name)?.capturedAt;
  return capturedAt !== undefined && isBefore(context, capturedAt, context.keepSince);
}
