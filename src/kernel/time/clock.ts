import { minuteMs } from './durations.ts';

/** The only source of time: every module uses a clock, so that tests control "now". */
export type Clock = {
  /** The current instant in epoch milliseconds, UTC. */
  now(): number;
};

/** Clocks of cameras and shares differ by this much from ours, ms; a time further ahead of it is not believed. */
export const believedAheadMs = 5 * minuteMs;

/** The machine's clock. */
export const systemClock: Clock = { now: () => Date.now() };
