/** Jobs waiting for the database at the same time; between two starts other requests get a turn. */
const maxConcurrent = 4;

/** Runs jobs in order, a few at once, each in its own turn of the event loop, so that many renders never block pages. */
export function createFairQueue(): { add(job: () => Promise<void>): void } {
  const waiting: (() => Promise<void>)[] = [];
  let running = 0;

  const startNext = () => {
    const job = waiting.shift();
    if (!job) {
      running -= 1;
      return;
    }
    void job().finally(() => setImmediate(startNext));
  };
  return {
    add: (job) => {
      waiting.push(job);
      if (running >= maxConcurrent) return;
      running += 1;
      setImmediate(startNext);
    },
  };
}
