/** The one source of time: every module asks its clock, so that tests decide what "now" is. */
export type Clock = {
  /** The current instant in epoch milliseconds, UTC. */
  now(): number;
};

/** The machine's own clock. */
export const systemClock: Clock = { now: () => Date.now() };
