import type { FolderState, ScanContext } from './scan-context.ts';

/** No clock is set back by more than this, so an earlier time is before the limit in either reading. */
const longestSetBackMs = 3 * 3_600_000;

/**
 * Whether the time in a name lies before a limit. A local time that occurs twice counts as the later one, because the
 * name alone does not decide between them.
 */
export function isBefore({ wallClock }: Pick<ScanContext, 'wallClock'>, at: number, limit: number): boolean {
  if (at >= limit) return false;
  return at < limit - longestSetBackMs || (wallClock.secondRunAt(at) ?? at) < limit;
}

/** Whether a name's time lies before `keepSince`: retention has deleted the rows of such files. */
export function isHistory(context: ScanContext, folder: FolderState, name: string): boolean {
  if (context.keepSince === Number.NEGATIVE_INFINITY) return false;
  const capturedAt = context.readName(name, folder.ref.path)?.capturedAt;
  return capturedAt != null && isBefore(context, capturedAt, context.keepSince);
}
