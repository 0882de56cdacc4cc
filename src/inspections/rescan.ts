import type { Bus } from '../kernel/bus/bus.ts';
import { AppError } from '../kernel/errors.ts';
import { type RescanResult, sumRescans } from '../kernel/folder-scan/rescan.ts';
import type { SharedSources } from './shared-sources.ts';
import type { WatchedRoot } from './watch-root.ts';

/** A scanner answers within 60 s whatever happens; and what it answers has a way to go. */
const askWithinMs = 65_000;
const longestNote = 2_000;

/**
 * Has every root swept now, by whichever process watches it, and sums up what they answer.
 *
 * @throws AppError 'unavailable' when no process watches any of them.
 */
export async function rescanAll(parts: {
  roots: readonly { id: number; path: string; root: WatchedRoot | undefined }[];
  shared: SharedSources;
  bus: Bus;
}): Promise<RescanResult> {
  const { roots, shared, bus } = parts;
  const isAnyWatched = roots.some(({ id, root }) => root?.scanner() || shared.isWatched(id));
  if (!isAnyWatched && roots.length > 0) throw nobody(roots.map(({ path }) => path));
  return sumRescans(
    await Promise.all(
      roots.map(async ({ id, path, root }) => {
        const scanner = root?.scanner();
        if (scanner) return scanner.rescan();
        return shared.isWatched(id) ? askWatcher(bus, id, path) : failed(nobody([path]));
      }),
    ),
  );
}

/** Answers other processes that ask for a sweep of a root watched here. */
export function answerRescans(bus: Bus, findRoot: (id: number) => WatchedRoot | undefined): void {
  bus.answer('rescan', async (rootId) => {
    const scanner = typeof rootId === 'number' ? findRoot(rootId)?.scanner() : undefined;
    if (!scanner) return undefined;
    const { note, ...counts } = await scanner.rescan();
    return { ...counts, note: note === null ? null : note.slice(0, longestNote) };
  });
}

async function askWatcher(bus: Bus, rootId: number, path: string): Promise<RescanResult> {
  try {
    const { scanned, added, note } = (await bus.ask('rescan', rootId, askWithinMs)) as RescanResult;
    return { scanned: Number(scanned), added: Number(added), note: note === null ? null : String(note) };
  } catch (error) {
    return failed(new Error(`${path}: ${(error as Error).message}`));
  }
}

function failed({ message }: Error): RescanResult {
  return { scanned: 0, added: 0, note: message };
}

function nobody(paths: string[]): AppError {
  return new AppError(
    'unavailable',
    `No process watches ${paths.join(', ')}. Start one with ROLE=scan or ROLE=all, or look at its log.`,
    { details: { retryAfterSec: 5 } },
  );
}
