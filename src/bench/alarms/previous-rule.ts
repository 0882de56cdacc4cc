import type { CountedSpan } from '../../inspections/stations/baseline.ts';
import { hourMs, minuteMs } from '../../kernel/time/durations.ts';
import { wilsonInterval } from '../../statistics/proportion.ts';
import type { WatchHour } from './simulate-station.ts';

/*
 * The rule that the slow test replaced, for comparison: the yield of the last 60 minutes, looked at each minute, below
 * p̄ − kσ of the 24 hours before them (with k = 3, at least 5 NG, and the lower end of the day's 95 % interval for p̄).
 */

const windowMinutes = 60;
const dayMinutes = 24 * 60;
const minNg = 5;
const minBaseline = 50;

/** Alarms are the instants at which a low yield began to show. `sigmas` is k. */
export function watchWithPreviousRule(sigmas: number): { watch: WatchHour; alarms: { raisedAt: number }[] } {
  const size = windowMinutes + dayMinutes;
  const ring = Array.from({ length: size }, () => ({ total: 0, ng: 0 }));
  const recent = { total: 0, ng: 0 };
  const before = { total: 0, ng: 0 };
  const alarms: { raisedAt: number }[] = [];
  let wasLow = false;
  let index = 0;

  function takeMinute(at: number, minute: { total: number; ng: number }): void {
    const leaving = ring[(index + size - windowMinutes) % size]!;
    const oldest = ring[index % size]!;
    recent.total += minute.total - leaving.total;
    recent.ng += minute.ng - leaving.ng;
    before.total += leaving.total - oldest.total;
    before.ng += leaving.ng - oldest.ng;
    ring[index % size] = minute;
    index++;
    const isLow = isBelow(recent, before, sigmas);
    if (isLow && !wasLow) alarms.push({ raisedAt: at });
    wasLow = isLow;
  }

  return {
    alarms,
    watch: (hour, minutes) => {
      const byStart = new Map(minutes.map((minute) => [minute.startAt, sumOf(minute)]));
      for (let at = hour.startAt; at < hour.startAt + hourMs; at += minuteMs) {
        takeMinute(at, byStart.get(at) ?? { total: 0, ng: 0 });
      }
    },
  };
}

function sumOf({ models }: CountedSpan): { total: number; ng: number } {
  return models.reduce((sum, { ok, ng }) => ({ total: sum.total + ok + ng, ng: sum.ng + ng }), {
    total: 0,
    ng: 0,
  });
}

function isBelow(
  hour: { total: number; ng: number },
  day: { total: number; ng: number },
  sigmas: number,
): boolean {
  if (hour.ng < minNg || day.total < minBaseline) return false;
  const usual = wilsonInterval(day.total - day.ng, day.total)!.low;
  return 1 - hour.ng / hour.total < usual - sigmas * Math.sqrt((usual * (1 - usual)) / hour.total);
}
