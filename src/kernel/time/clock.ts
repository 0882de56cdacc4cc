/** The only source of time: every module uses a clock, so that tests control "now". */
export type Clock = {
  /** The current instant in epoch milliseconds, UTC. */
  now(): number;
};

/** The machine's clock. */
export const systemClock: Clock = { now: () => Date.now() };
