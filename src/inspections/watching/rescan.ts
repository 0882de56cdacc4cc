import { AppError } from '../../kernel/errors.ts';
import { type RescanResult, sumRescans } from '../../kernel/folder-scan/rescan.ts';
import type { Bus } from '../../kernel/processes/bus/bus.ts';
import type { SharedSources } from './source-heartbeat.ts';
import type { WatchedRoot } from './watch-root.ts';

/** Whoever watches says at once that it is there; one that was just killed is not waited for. */
const takeWithinMs = 5_000;
/** A scanner answers within 60 s whatever happens; and what it answers has a way to go. */
const askWithinMs = 65_000;
const longestNote = 2_000;

/**
 * Has every root swept now, by whichever process watches it, and sums up what they answer; a root whose process is
 * silent is named in the note.
 *
 * @throws AppError 'unavailable' when no process watches any of them, or none of those that do answers.
 */
export async function rescanAll(parts: {
  roots: readonly { id: number; path: string; root: Pick<WatchedRoot, 'scanner'> | undefined }[];
  shared: Pick<SharedSources, 'isWatched'>;
  bus: Bus;
}): Promise<RescanResult> {
  const { roots, shared, bus } = parts;
  const isAnyWatched = roots.some(({ id, root }) => root?.scanner() || shared.isWatched(id));
  if (!isAnyWatched && roots.length > 0) throw nobody(roots.map(({ path }) => path));
  const results = await Promise.all(
    roots.map(async ({ id, path, root }) => {
      const scanner = root?.scanner();
      if (scanner) return scanner.rescan();
      return shared.isWatched(id) ? askWatcher(bus, id, path) : nobody([path]);
    }),
  );
  const answers = results.flatMap((result) => (result instanceof AppError ? [] : result));
  const silences = results.flatMap((result) => (result instanceof AppError ? result : []));
  if (answers.length === 0 && silences[0]) {
    const { details } = silences[0];
    throw new AppError('unavailable', silences.map(({ message }) => message).join(' '), { details });
  }
  const notes = silences.map(({ message }) => ({ scanned: 0, added: 0, note: message }));
  return sumRescans([...answers, ...notes]);
}

/** Answers other processes that ask for a sweep of a root watched here. */
export function answerRescans(
  bus: Bus,
  findRoot: (id: number) => Pick<WatchedRoot, 'scanner'> | undefined,
): void {
  const scannerOf = (rootId: unknown) =>
    typeof rootId === 'number' ? findRoot(rootId)?.scanner() : undefined;
  bus.answer('rescan.who', async (rootId) => (scannerOf(rootId) ? true : undefined));
  bus.answer('rescan', async (rootId) => {
    const scanner = scannerOf(rootId);
    if (!scanner) return undefined;
    const { note, ...counts } = await scanner.rescan();
    return { ...counts, note: note === null ? null : note.slice(0, longestNote) };
  });
}

async function askWatcher(bus: Bus, rootId: number, path: string): Promise<RescanResult | AppError> {
  try {
    await bus.ask('rescan.who', rootId, takeWithinMs);
    const { scanned, added, note } = (await bus.ask('rescan', rootId, askWithinMs)) as RescanResult;
    return { scanned: Number(scanned), added: Number(added), note: note === null ? null : String(note) };
  } catch (error) {
    const text = `The process that watches ${path} did not answer: ${(error as Error).message} Try again in a moment, or look at its log.`;
    return new AppError('unavailable', text, { details: { retryAfterSec: 20 }, cause: error });
  }
}

function nobody(paths: string[]): AppError {
  return new AppError(
    'unavailable',
    `No process watches ${paths.join(', ')}. Start one with ROLE=scan or ROLE=all, or look at its log.`,
    { details: { retryAfterSec: 5 } },
  );
}
