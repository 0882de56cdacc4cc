import PQueue from 'p-queue';
import { awayError, isDatabaseAway, storageFaultOf } from './faults.ts';

/** Runs one write transaction at a time and keeps the storage fault of the last. */
export type WriteTurns = {
  run<T>(work: () => Promise<T>): Promise<T>;
  fault(): string | undefined;
  pending(): number;
  onIdle(): Promise<void>;
};

/** Transactions of one process take turns, so that none can wait for or roll back another. */
export function createWriteTurns(): WriteTurns {
  const turns = new PQueue({ concurrency: 1 });
  let fault: string | undefined;
  return {
    run: (work) =>
      turns.add(async () => {
        try {
          const result = await work();
          fault = undefined;
          return result;
        } catch (error) {
          fault = storageFaultOf(error) ?? fault;
          throw isDatabaseAway(error) ? awayError(error) : error;
        }
      }),
    fault: () => fault,
    pending: () => turns.size + turns.pending,
    onIdle: () => turns.onIdle(),
  };
}
