import PQueue from 'p-queue';
import { awayError, isDatabaseAway, storageFaultOf } from './faults.ts';

/** One write transaction at a time, and what became of the last. */
export type WriteTurns = {
  run<T>(work: () => Promise<T>): Promise<T>;
  fault(): string | undefined;
  pending(): number;
  onIdle(): Promise<void>;
};

/** Transactions of one process take turns: then none of them can wait for, or undo, another. */
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
