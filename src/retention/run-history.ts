import type { Run, Runs } from './run-records.ts';

/** The runs of a site as this process sees them, be it the one that runs them or another. */
export type RunHistory = {
  /** When the last run ended that was not cut short; null before the first. */
  readonly lastRunAt: number | null;
  /** For the process that runs them: closes once what a process before it left unfinished, then lists. */
  take(): Promise<Run[]>;
  /** For any other process. */
  follow(): Promise<Run[]>;
  noteEnd(at: number): void;
};

export function createRunHistory(runs: Runs): RunHistory {
  let isTaken = false;
  let lastRunAt: number | null = null;
  const lastDone = (list: readonly Run[]) => list.find(({ outcome }) => outcome === 'done')?.endedAt ?? null;
  return {
    get lastRunAt() {
      return lastRunAt;
    },
    take: async () => {
      if (!isTaken) await runs.closeOpen();
      isTaken = true;
      const list = await runs.list();
      lastRunAt ??= lastDone(list);
      return list;
    },
    follow: async () => {
      isTaken = false;
      const list = await runs.list();
      lastRunAt = lastDone(list);
      return list;
    },
    noteEnd: (at) => {
      lastRunAt = at;
    },
  };
}
