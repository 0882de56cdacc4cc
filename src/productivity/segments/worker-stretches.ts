import { type ActivityEvent, type ActivityState, isState, type Stretch } from '../model.ts';

/** An event as stretches are derived from it; `key` is unique. */
export type TimedEvent = Pick<ActivityEvent, 'at' | 'kind' | 'stationId' | 'confidence'> & { key: string };

/** What bounds a state of which nothing more is heard. */
export type Bounds = {
  /** Longest time that a state is believed after the last event, ms; `Infinity` for none. */
  gapCapMs: number;
  /** End of the shift that runs at an instant; outside shifts the next local midnight. */
  shiftEndAfter(at: number): number;
};

const rankOfState: Record<ActivityState, number> = { working: 2, idle: 1, absent: 0 };

/** What holds when the first event comes: a state that began before it. */
export type StateBefore = { state: ActivityState; stationId: number };

/**
 * What one worker did, from their events ordered by time, in order of time. A state lasts until the next one; counts of
 * units are signs of life that end nothing. Where nothing is heard for longer than the cap, the state is unknown from the cap
 * on, and no state is carried past the end of a shift over a gap. `before` is the state in which the first event finds the
 * worker, `untilAt` where the next event comes that is not among these. Source: ORACLES, "Activity events → time".
 */
export function workerStretches(
  events: readonly TimedEvent[],
  bounds: Bounds,
  { before, untilAt = Number.POSITIVE_INFINITY }: { before?: StateBefore | undefined; untilAt?: number } = {},
): Stretch[] {
  const stretches: Stretch[] = [];
  const ordered = events.toSorted((a, b) => a.at - b.at);
  let state = before;
  let heardAt = ordered[0]?.at ?? untilAt;
  const close = (at: number) => {
    if (state === undefined) return;
    const endAt = knownUntil(heardAt, at, bounds);
    if (endAt > heardAt) appendStretch(stretches, { ...state, startAt: heardAt, endAt });
  };
  for (let i = 0; i < ordered.length; ) {
    const { at } = ordered[i]!;
    let next = i;
    while (ordered[next]?.at === at) next++;
    const winner = surest(ordered.slice(i, next));
    close(at);
    heardAt = at;
    if (winner !== undefined) state = winner;
    i = next;
  }
  close(untilAt);
  return stretches;
}

/** The state that holds from an instant on: of several the surest, then working before idle before absent, then the key. */
export function surest(tied: readonly TimedEvent[]): StateBefore | undefined {
  let best: (TimedEvent & { kind: ActivityState }) | undefined;
  for (const event of tied) {
    const { kind } = event;
    if (!isState(kind)) continue;
    if (best === undefined || isSurer({ ...event, kind }, best)) best = { ...event, kind };
  }
  return best && { state: best.kind, stationId: best.stationId };
}

type TiedState = TimedEvent & { kind: ActivityState };

function isSurer(a: TiedState, b: TiedState): boolean {
  if (a.confidence !== b.confidence) return a.confidence > b.confidence;
  if (a.kind !== b.kind) return rankOfState[a.kind] > rankOfState[b.kind];
  return a.key > b.key;
}

/** Until when a state heard of at one instant is known, if the next event comes at another. */
function knownUntil(heardAt: number, nextAt: number, { gapCapMs, shiftEndAfter }: Bounds): number {
  const isCapped = Number.isFinite(gapCapMs);
  if (isCapped && nextAt - heardAt <= gapCapMs) return nextAt;
  return Math.min(nextAt, heardAt + gapCapMs, shiftEndAfter(heardAt));
}

/** Adds a stretch that follows the others; one that continues the last makes it longer. */
export function appendStretch(stretches: Stretch[], stretch: Stretch): void {
  const last = stretches.at(-1);
  const continues =
    last?.endAt === stretch.startAt && last.state === stretch.state && last.stationId === stretch.stationId;
  if (last && continues) last.endAt = stretch.endAt;
  else stretches.push(stretch);
}
