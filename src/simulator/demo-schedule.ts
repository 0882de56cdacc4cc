import type { ContentsSummary } from './demo-folder.ts';
import type { DemoState } from './demo-state.ts';
import { anchorReachMs } from './plant-incidents.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Older history is thinner: units are this many times as far apart. */
const strides = { week: 30, day: 10 };
/**
 * After a longer absence the story starts again; shorter ones are filled in as if nothing had happened. Longer than an
 * anchor's reach, so that a new anchor does not change images on the disk.
 */
const absenceMs = anchorReachMs + hourMs;

/**
 * A whole day at the full rate, so that its usual figures match the present: some 26 000 images, written in two seconds.
 * A week of it would be 180 000.
 */
export const usualHistory = { historyHours: 24, olderDays: 7 };

export type ScheduleOptions = {
  seed: string;
  timeZone: string;
  /** Hours of history at the full rate. */
  historyHours: number;
  /** Days of thin history. */
  olderDays: number;
  /** How many times faster than in reality units are produced from now on. */
  speed: number;
};

/**
 * A new demo: days of thin history, hours of dense history, and the story around now. Where the folder holds images
 * already, history begins after the newest one and COUNT continues from the largest.
 */
export function beginState(options: ScheduleOptions, found: ContentsSummary, now: number): DemoState {
  const earliest = found.newestAt === null ? Number.NEGATIVE_INFINITY : found.newestAt + 1000;
  const firstSequences = Object.entries(found.largest).map(([key, largest]) => [key, largest + 1]);
  const startAt = Math.max(now - options.olderDays * dayMs, earliest);
  return {
    version: 1,
    seed: options.seed,
    timeZone: options.timeZone,
    startAt,
    anchors: [now],
    paces: pacesFrom(startAt, options, now),
    firstSequences: Object.fromEntries(firstSequences),
  };
}

/** The same demo after a pause: existing images stay as they are, and the time since is filled in. */
export function continueState(
  state: DemoState,
  options: ScheduleOptions,
  found: ContentsSummary,
  now: number,
): DemoState {
  const newestAt = found.newestAt ?? state.announcedUntil ?? state.startAt;
  const until = newestAt + 1000;
  if (now - newestAt < absenceMs) {
    const past = state.paces.filter(({ fromAt }) => fromAt < now);
    const stride = 1 / options.speed;
    return past.at(-1)?.stride === stride ? state : { ...state, paces: [...past, { fromAt: now, stride }] };
  }
  const hasBegun = (anchorAt: number): boolean => anchorAt - anchorReachMs < until;
  return {
    ...state,
    anchors: [...state.anchors.filter(hasBegun), now],
    paces: [...state.paces.filter(({ fromAt }) => fromAt < until), ...pacesFrom(until, options, now)],
  };
}

function pacesFrom(startAt: number, options: ScheduleOptions, now: number): DemoState['paces'] {
  const denseAt = now - options.historyHours * hourMs;
  const paces = [
    { fromAt: startAt, stride: strides.week },
    { fromAt: now - dayMs, stride: strides.day },
    { fromAt: denseAt, stride: 1 },
  ];
  const current = paces.findLast(({ fromAt }) => fromAt <= startAt) ?? paces[0]!;
  const later = paces.filter(({ fromAt }) => fromAt > startAt && fromAt < now);
  return [{ fromAt: startAt, stride: current.stride }, ...later, { fromAt: now, stride: 1 / options.speed }];
}
