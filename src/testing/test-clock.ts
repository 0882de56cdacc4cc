import type { Clock } from '../kernel/time/clock.ts';

/** A clock that stands still until a test sets it. */
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
