import { civilDateOf, dayNumberOf } from '../kernel/time/civil-date.ts';
import type { WallClock } from '../kernel/time/time-zone.ts';
import type { ShiftTime } from './plant-stations.ts';

/** One shift on one day: epoch ms, half-open. */
export type Shift = { startAt: number; endAt: number };

/** A station's shifts that end after `fromAt`, in order and without end. */
export function* listShifts(
  times: readonly ShiftTime[],
  fromAt: number,
  wallClock: WallClock,
): Generator<Shift> {
  for (let day = dayNumberAt(fromAt, wallClock) - 1; ; day += 1) {
    for (const { from, to } of times) {
      const startAt = instantOf(day, from, wallClock);
      const endAt = instantOf(to > from ? day : day + 1, to, wallClock);
      if (endAt > fromAt) yield { startAt, endAt };
    }
  }
}

/** Whether a station works from the first to the last of these instants, pauses of up to `pauseMs` aside. */
export function worksThroughout(
  times: readonly ShiftTime[],
  startAt: number,
  endAt: number,
  pauseMs: number,
  wallClock: WallClock,
): boolean {
  let workedUntil = startAt;
  for (const shift of listShifts(times, startAt, wallClock)) {
    if (shift.startAt > workedUntil + pauseMs) return false;
    workedUntil = shift.endAt;
    if (workedUntil >= endAt) return true;
  }
  return false;
}

/** The site-local day of an instant, as days since 1970-01-01. */
export function dayNumberAt(at: number, wallClock: WallClock): number {
  const { year, month, day } = wallClock.fieldsAt(at);
  return dayNumberOf(year, month, day);
}

/** The instant of a local `HH:MM` on a day. */
export function instantOf(dayNumber: number, time: string, wallClock: WallClock): number {
  const { year, month, day } = civilDateOf(dayNumber);
  const [hour, minute] = time.split(':').map(Number);
  return wallClock.toEpochMs(year, month, day, hour!, minute!, 0);
}
