import { dayMs, hourMs, minuteMs } from '../kernel/time/durations.ts';
import { alwaysRunning, type RunningHours } from './running-hours.ts';
import {
  longestPauseFactor,
  minMinutes,
  silentAfterMs,
  type UsualInterval,
  usualIntervalOfCounts,
} from './usual-interval.ts';
import { type TrendBucket, totalCount } from './yield.ts';

/** Running hours before the last image whose pauses are learnt. */
export const pauseHours = 8;
/** Of the pauses of eight running hours the fifth longest is usual; of fewer hours fewer are longer than usual. */
const longerPauses = 5;
/** Counts per minute that vary by less than this share of their mean come from a machine's own beat. */
const regularDispersion = 0.3;
/** Minutes with so few images say nothing about how regular they are. */
const minRegularCount = 4;
/**
 * Images that arrive by chance pause for longer than t with probability e^(−t/mean). With ln(20 × images a day) means no
 * more than one pause in twenty days is taken for silence.
 */
const daysPerFalseSilence = 20;

/**
 * What pauses are usual at a station, from its counts per minute in the running hours before its last image (in order;
 * minutes without images left out). Null while too little is known.
 *
 * A pause is silence when it is longer than a minute, ten usual intervals and, by a half and a minute, than the fifth
 * longest pause of eight running hours: a station that sends batches is silent when the next batch does not come. A
 * station whose images come by chance rather than by its own beat gets as many mean intervals as chance needs.
 */
export function learnPauses(
  minutes: readonly TrendBucket[],
  running: RunningHours = alwaysRunning,
): UsualInterval | null {
  const usualIntervalMs = usualIntervalOfCounts(minutes);
  if (usualIntervalMs === null) return null;
  const filled = minutes.filter((minute) => totalCount(minute) > 0);
  const pauses = filled
    .slice(1)
    .map(({ startAt }, i) => running.elapsedMs(filled[i]!.startAt, startAt))
    .filter((ms) => ms > minuteMs)
    .sort((a, b) => b - a);
  const knownMs = running.elapsedMs(filled[0]!.startAt, filled.at(-1)!.startAt + minuteMs);
  const rank = Math.min(longerPauses, Math.ceil((longerPauses * knownMs) / (pauseHours * hourMs)));
  const usualPauseMs = pauses[rank - 1];
  // Images beside the planned time alone say nothing of its pauses.
  if (knownMs === 0) return null;
  const meanMs = knownMs / filled.reduce((sum, minute) => sum + totalCount(minute), 0);
  return {
    usualIntervalMs,
    silentAfterMs: Math.round(
      Math.max(
        silentAfterMs(imageIntervalMs(filled)),
        isRegular(filled) ? 0 : meanMs * Math.log((daysPerFalseSilence * dayMs) / meanMs),
        usualPauseMs === undefined ? 0 : usualPauseMs * longestPauseFactor + minuteMs,
      ),
    ),
  };
}

/**
 * The median interval between two images. Where images come in batches it is that within a batch, while the usual interval
 * of the station, a median over minutes, may be the pause between two.
 */
function imageIntervalMs(filled: readonly TrendBucket[]): number {
  const weighted = filled.flatMap((minute, i) => {
    const count = totalCount(minute);
    const pauseMs = i === 0 ? 0 : minute.startAt - filled[i - 1]!.startAt;
    const within = { ms: minuteMs / count, weight: pauseMs > minuteMs || i === 0 ? count - 1 : count };
    return pauseMs > minuteMs ? [within, { ms: pauseMs, weight: 1 }] : [within];
  });
  weighted.sort((a, b) => a.ms - b.ms);
  let left = weighted.reduce((sum, { weight }) => sum + weight, 0) / 2;
  for (const { ms, weight } of weighted) {
    left -= weight;
    if (left <= 0) return ms;
  }
  return 0;
}

/** Whether the full minutes hold nearly the same number of images, as those of a machine with a beat of its own. */
function isRegular(filled: readonly TrendBucket[]): boolean {
  const counts = filled.flatMap((minute, i) => {
    const isInside =
      filled[i - 1]?.startAt === minute.startAt - minuteMs &&
      filled[i + 1]?.startAt === minute.startAt + minuteMs;
    return isInside ? [totalCount(minute)] : [];
  });
  if (counts.length < minMinutes) return false;
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / counts.length;
  return mean >= minRegularCount && variance / mean < regularDispersion;
}

/** What is usual of a station's pauses, and the hours in which it runs. */
export type StationPauses = UsualInterval & { running: RunningHours };

/** While running hours are not learnt, a longer silence means a station at rest (a night, a weekend), not a fault. */
export const atRestAfterMs = 12 * hourMs;
/** Without known pauses a station runs while its last image is younger than this. */
const runningWithoutPausesMs = 10 * minuteMs;

type StationPace = { lastSeenAt: number | null; pauses: StationPauses | null };

/**
 * A station's silence at `now`; null while it sends as usual, outside its running hours, and while its pauses are not
 * known. Only time in running hours counts.
 */
export function stationSilence(
  { lastSeenAt, pauses }: StationPace,
  now: number,
): { sinceAt: number; usualIntervalMs: number } | null {
  if (lastSeenAt === null || pauses === null) return null;
  const { running, silentAfterMs: limitMs, usualIntervalMs } = pauses;
  if (!running.isRunning(now)) return null;
  if (running.source === 'none' && now - lastSeenAt >= atRestAfterMs) return null;
  return running.elapsedMs(lastSeenAt, now) > limitMs ? { sinceAt: lastSeenAt, usualIntervalMs } : null;
}

/** Whether a station sends images at `now`, as far as is known of its pauses. */
export function isStationRunning({ lastSeenAt, pauses }: StationPace, now: number): boolean {
  if (lastSeenAt === null) return false;
  const ageMs = now - lastSeenAt;
  if (pauses === null) return ageMs < runningWithoutPausesMs;
  if (pauses.running.source === 'none') return ageMs < atRestAfterMs;
  return pauses.running.isRunning(now) || ageMs <= pauses.silentAfterMs;
}
