import type { ActivityState, Stretch } from '../model.ts';

/**
 * What a station did, from the stretches of its workers, in order of time: working while any of them is, else idle while any
 * is, else absent while any is. Its occupancy is the union of its workers' time, not the sum. Source: ORACLES, "Activity
 * events → time".
 */
export function stationStretches(
  stationId: number,
  stretches: readonly Omit<Stretch, 'stationId'>[],
): Stretch[] {
  const steps = stretches
    .flatMap(({ startAt, endAt, state }) => [
      { at: startAt, state, by: 1 },
      { at: endAt, state, by: -1 },
    ])
    .sort((a, b) => a.at - b.at);
  const present: Record<ActivityState, number> = { working: 0, idle: 0, absent: 0 };
  const found: Stretch[] = [];
  let open: Stretch | undefined;
  for (let i = 0; i < steps.length; ) {
    const { at } = steps[i]!;
    for (; steps[i]?.at === at; i++) {
      const step = steps[i]!;
      present[step.state] += step.by;
    }
    const state = stateOf(present);
    if (open && open.state !== state) {
      found.push({ ...open, endAt: at });
      open = undefined;
    }
    if (!open && state) open = { stationId, state, startAt: at, endAt: at };
  }
  return found;
}

function stateOf(present: Record<ActivityState, number>): ActivityState | undefined {
  if (present.working > 0) return 'working';
  if (present.idle > 0) return 'idle';
  return present.absent > 0 ? 'absent' : undefined;
}
