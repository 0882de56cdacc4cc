import type { TimeWindow } from '../../plant/time-window.ts';
import { rollUpMs } from '../recording/roll-up-sums.ts';

/** Stretches of a window: those that whole roll-ups cover, by level, and the rest, which is read from the rows themselves. */
export type WindowParts = { rollUps: (TimeWindow & { level: number })[]; edges: TimeWindow[] };

/**
 * A window split so that few rows are read: its middle in the longest roll-ups that fit, the rest in shorter ones, and at
 * most an hour at either end row by row. Nothing after `untilAt` is read from roll-ups: the last segment of a worker may end
 * in the future.
 */
export function splitWindow({ startAt, endAt }: TimeWindow, untilAt: number): WindowParts {
  const hour = rollUpMs[0];
  const first = ceilTo(startAt, hour);
  const last = Math.max(first, floorTo(Math.min(endAt, untilAt), hour));
  if (first >= endAt || last === first)
    return { rollUps: [], edges: endAt > startAt ? [{ startAt, endAt }] : [] };
  const edges = [
    { startAt, endAt: first },
    { startAt: last, endAt },
  ].filter((edge) => edge.endAt > edge.startAt);
  return { rollUps: splitByLevel(first, last, rollUpMs.length - 1), edges };
}

function splitByLevel(startAt: number, endAt: number, level: number): WindowParts['rollUps'] {
  if (endAt <= startAt) return [];
  if (level === 0) return [{ level, startAt, endAt }];
  const lengthMs = rollUpMs[level]!;
  const first = ceilTo(startAt, lengthMs);
  const last = floorTo(endAt, lengthMs);
  if (last <= first) return splitByLevel(startAt, endAt, level - 1);
  return [
    ...splitByLevel(startAt, first, level - 1),
    { level, startAt: first, endAt: last },
    ...splitByLevel(last, endAt, level - 1),
  ];
}

function floorTo(at: number, stepMs: number): number {
  return Math.floor(at / stepMs) * stepMs;
}

function ceilTo(at: number, stepMs: number): number {
  return Math.ceil(at / stepMs) * stepMs;
}
