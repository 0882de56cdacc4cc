/** The one source of time: every module asks its clock, so that tests decide what "now" is. */
export type Clock = {
  /** The current instant in epoch milliseconds, UTC. */
  now(): number;
};

/** The machine's own clock. */
export const systemClock: Clock = { now: () => Date.now() };

/** A clock that stands still until it is told otherwise. */
export function createTestClock(
  startAt: number,
): Clock & { set(at: number): void; advance(ms: number): void } {
  let current = startAt;
  return {
    now: () => current,
    set: (at) => {
      current = at;
    },
    advance: (ms) => {
      current += ms;
    },
  };
}
