import { AppError } from '../../kernel/errors.ts';
import { type RescanResult, sumRescans } from '../../kernel/folder-scan/model/rescan-result.ts';
import type { Scanner } from '../../kernel/folder-scan/scanner/scanner.ts';
import type { Bus } from '../../kernel/processes/bus/bus.ts';
import type { SourceHeartbeats } from './source-heartbeat.ts';

/** A process that watches confirms at once; one that was just killed is not waited for any longer. */
const confirmWithinMs = 5_000;
/** A scanner answers within 60 s in every case; the rest is for the way there and back. */
const rescanWithinMs = 65_000;
const maxNoteLength = 2_000;

/** A root as a rescan needs it: its scanner, while this process sweeps it. */
export type RescannableRoot = { scanner(): Pick<Scanner, 'rescan'> | undefined };

/**
 * Has every root swept now by the process that watches it, and adds the answers up. A root whose process does not answer
 * is named in the note.
 *
 * @throws AppError 'unavailable' when no process watches any root, or none of the watching processes answers.
 */
export async function rescanRoots(parts: {
  roots: readonly { id: number; path: string; root: RescannableRoot | undefined }[];
  heartbeats: Pick<SourceHeartbeats, 'isWatched'>;
  bus: Bus;
}): Promise<RescanResult> {
  const { roots, heartbeats, bus } = parts;
  const isAnyWatched = roots.some(({ id, root }) => root?.scanner() || heartbeats.isWatched(id));
  if (!isAnyWatched && roots.length > 0) throw unwatchedError(roots.map(({ path }) => path));
  const results = await Promise.all(
    roots.map(async ({ id, path, root }) => {
      const scanner = root?.scanner();
      if (scanner) return scanner.rescan();
      return heartbeats.isWatched(id) ? askWatcher(bus, id, path) : unwatchedError([path]);
    }),
  );
  const answers = results.flatMap((result) => (result instanceof AppError ? [] : result));
  const failures = results.flatMap((result) => (result instanceof AppError ? result : []));
  if (answers.length === 0 && failures[0]) {
    const { details } = failures[0];
    throw new AppError('unavailable', failures.map(({ message }) => message).join(' '), { details });
  }
  const notes = failures.map(({ message }) => ({ scanned: 0, added: 0, note: message }));
  return sumRescans([...answers, ...notes]);
}

/** Answers the rescan requests of other processes for the roots that are watched here. */
export function answerRescans(bus: Bus, findRoot: (id: number) => RescannableRoot | undefined): void {
  const scannerOf = (rootId: unknown) =>
    typeof rootId === 'number' ? findRoot(rootId)?.scanner() : undefined;
  bus.onRequest('rescan.who', async (rootId) => (scannerOf(rootId) ? true : undefined));
  bus.onRequest('rescan', async (rootId) => {
    const scanner = scannerOf(rootId);
    if (!scanner) return undefined;
    const { note, ...counts } = await scanner.rescan();
    return { ...counts, note: note === null ? null : note.slice(0, maxNoteLength) };
  });
}

async function askWatcher(bus: Bus, rootId: number, path: string): Promise<RescanResult | AppError> {
  try {
    await bus.request('rescan.who', rootId, confirmWithinMs);
    const { scanned, added, note } = (await bus.request('rescan', rootId, rescanWithinMs)) as RescanResult;
    return { scanned: Number(scanned), added: Number(added), note: note === null ? null : String(note) };
  } catch (error) {
    const text = `The process that watches ${path} did not answer: ${(error as Error).message} Try again in a moment, or look at its log.`;
    return new AppError('unavailable', text, { details: { retryAfterSec: 20 }, cause: error });
  }
}

function unwatchedError(paths: string[]): AppError {
  return new AppError(
    'unavailable',
    `No process watches ${paths.join(', ')}. Start one with ROLE=scan or ROLE=all, or look at its log.`,
    { details: { retryAfterSec: 5 } },
  );
}
