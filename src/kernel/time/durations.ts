/** Durations in ms. Roll-ups use them as bucket widths, so their hours and minutes are those of UTC. */

export const secondMs = 1_000;
export const minuteMs = 60 * secondMs;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

/** The start of the bucket of this width, aligned to the epoch, that contains an instant (epoch ms). */
export function floorTo(stepMs: number, at: number): number {
  return Math.floor(at / stepMs) * stepMs;
}
