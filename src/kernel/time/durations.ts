/** Durations in ms. Roll-ups count by these: an hour or a minute of them is one of UTC. */

export const secondMs = 1_000;
export const minuteMs = 60 * secondMs;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

/** The start of the step of this width, counted from the epoch, in which an instant (epoch ms) lies. */
export function floorTo(stepMs: number, at: number): number {
  return Math.floor(at / stepMs) * stepMs;
}
