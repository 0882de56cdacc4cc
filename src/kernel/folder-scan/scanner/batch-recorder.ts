import type { Log } from '../../log.ts';
import type { FolderRef } from '../model/folder-ref.ts';
import type { PackedBatch } from '../model/found-batch.ts';
import type { MovedFolder } from '../model/moved-folder.ts';
import type { FromScanner } from '../model/scan-messages.ts';
import type { Reply } from './thread-host.ts';

const retryAfterMs = 1_000;

type Found = Extract<FromScanner, { type: 'found' }>;
type Missing = Extract<FromScanner, { type: 'missing' }>;
type Moved = Extract<FromScanner, { type: 'moved' }>;

/**
 * Records what the thread found and acknowledges each message once its content is in the database. The thread sends
 * only a few batches ahead of the acknowledgements, so a slow database slows the scan down and loses nothing.
 */
export type BatchRecorder = {
  recordFound(message: Found, reply: Reply): void;
  recordMissing(message: Missing, reply: Reply): void;
  recordMoved(message: Moved, reply: Reply): void;
  /** From now on a failed write is not tried again. */
  stopRetrying(): void;
  /** Settles when no write is under way. */
  settled(): Promise<void>;
};

export function createBatchRecorder<Columns, Recorded extends { added: number }>({
  writeFound,
  writeMissing,
  writeMoved,
  onRecorded,
  log,
}: {
  writeFound: (batch: PackedBatch<Columns>) => Promise<Recorded>;
  writeMissing: (folder: FolderRef, names: readonly string[]) => Promise<Recorded>;
  writeMoved: (moves: readonly MovedFolder[]) => Promise<boolean>;
  onRecorded: (recorded: Recorded) => void;
  log: Log;
}): BatchRecorder {
  const writing = new Set<Promise<void>>();
  let retries = true;

  function track(work: Promise<void>): void {
    const tracked = work.finally(() => writing.delete(tracked));
    writing.add(tracked);
  }

  async function recordFound({ id, batch }: Found, reply: Reply): Promise<void> {
    const recorded = await untilWritten(() => writeFound(batch as PackedBatch<Columns>));
    if (!recorded) return;
    onRecorded(recorded);
    await new Promise(setImmediate);
    reply({ type: 'receipt', id, added: recorded.added });
  }

  async function recordMissing({ id, folder, names }: Missing, reply: Reply): Promise<void> {
    const recorded = await untilWritten(() => writeMissing(folder, names));
    if (!recorded) return;
    onRecorded(recorded);
    reply({ type: 'receipt', id, added: 0 });
  }

  async function recordMoved({ id, moves }: Moved, reply: Reply): Promise<void> {
    const isMoved = await untilWritten(() => writeMoved(moves));
    if (isMoved !== undefined) reply({ type: 'receipt', id, added: Number(isMoved) });
  }

  /** Retries the same batch until a full disk or a locked database accepts it; undefined when the process stops first. */
  async function untilWritten<T>(write: () => Promise<T>): Promise<T | undefined> {
    for (;;) {
      try {
        return await write();
      } catch (error) {
        if (!retries) return undefined;
        log.error({ err: error }, 'Images could not be recorded; trying again');
        await new Promise((resolve) => setTimeout(resolve, retryAfterMs));
      }
    }
  }

  return {
    recordFound: (message, reply) => track(recordFound(message, reply)),
    recordMissing: (message, reply) => track(recordMissing(message, reply)),
    recordMoved: (message, reply) => track(recordMoved(message, reply)),
    stopRetrying: () => {
      retries = false;
    },
    settled: async () => void (await Promise.all(writing)),
  };
}
