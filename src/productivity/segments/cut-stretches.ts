import type { PlannedTime } from '../../plant/shifts/planned-time.ts';
import type { Segment, Stretch } from '../model.ts';

/** Stretches of a worker cut at local midnights and at the borders of planned time, in order. */
export function cutStretches(
  stretches: readonly Stretch[],
  workerId: number,
  planned: Pick<PlannedTime, 'shiftsIn' | 'wallClock'>,
): Segment[] {
  return stretches.flatMap((stretch) => cutStretch(stretch, workerId, planned));
}

function cutStretch(
  { startAt, endAt, stationId, state }: Stretch,
  workerId: number,
  { shiftsIn, wallClock }: Pick<PlannedTime, 'shiftsIn' | 'wallClock'>,
): Segment[] {
  const worked = shiftsIn({ startAt, endAt }).flatMap((shift) => shift.planned);
  const borders = new Set([endAt]);
  for (const window of worked) {
    borders.add(window.startAt);
    borders.add(window.endAt);
  }
  for (let at = wallClock.startOfDay(startAt, 1); at < endAt; at = wallClock.startOfDay(at, 1))
    borders.add(at);
  const segments: Segment[] = [];
  let from = startAt;
  for (const to of [...borders].filter((at) => at > startAt && at <= endAt).sort((a, b) => a - b)) {
    const isPlanned = worked.some((window) => window.startAt <= from && to <= window.endAt);
    segments.push({ startAt: from, endAt: to, stationId, state, workerId, isPlanned });
    from = to;
  }
  return segments;
}
