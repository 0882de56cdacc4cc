import type { WallClock } from '../kernel/time/time-zone.ts';

/**
 * The latest instant, at or before `now`, at which the site's clock showed `timeOfDay` (HH:MM). At a change of the clocks
 * a repeated time means its first occurrence, and a skipped one the time that the clock shows instead.
 */
export function lastTimeOfDay(timeOfDay: string, now: number, wallClock: WallClock): number {
  const today = timeOnDay(timeOfDay, now, wallClock);
  return today <= now ? today : timeOnDay(timeOfDay, wallClock.startOfDay(now, -1), wallClock);
}

/** The next such instant after `now`. */
export function nextTimeOfDay(timeOfDay: string, now: number, wallClock: WallClock): number {
  const today = timeOnDay(timeOfDay, now, wallClock);
  return today > now ? today : timeOnDay(timeOfDay, wallClock.startOfDay(now, 1), wallClock);
}

function timeOnDay(timeOfDay: string, at: number, wallClock: WallClock): number {
  const { year, month, day } = wallClock.fieldsAt(at);
  const [hour = 0, minute = 0] = timeOfDay.split(':').map(Number);
  return wallClock.toEpochMs(year, month, day, hour, minute, 0);
}
