import type { HealthPart } from '../kernel/health-part.ts';
import type { IntakeState, IntakeWay } from './receiving/intake-state.ts';
import type { EventCount, EventCounts } from './recording/event-counts.ts';

/** A way in of events with what came by it since the start of this process. `intake` null: others send, as by HTTP. */
export type EventWay = EventCount & { way: 'http' | IntakeWay; intake: IntakeState | null };

/** HTTP, and the ways that the settings name. */
export function listEventWays({
  intakes,
  counts,
}: {
  intakes: { list(): IntakeState[] };
  counts: EventCounts;
}): EventWay[] {
  return [
    { way: 'http', intake: null, ...counts.of('http') },
    ...intakes.list().map((intake) => ({ way: intake.way, intake, ...counts.of(intake.way) })),
  ];
}

/** The ways in as `/health` reports them: not well while one is away or says what is wrong. */
export function healthOfEvents(ways: readonly EventWay[]): HealthPart {
  return {
    ok: ways.every(({ intake }) => intake === null || (intake.state !== 'away' && intake.fault === null)),
    required: false,
    detail: ways.map(({ way, intake, ...counts }) => ({
      way,
      state: intake?.state ?? 'open',
      sinceAt: intake?.sinceAt ?? null,
      fault: intake?.fault ?? null,
      ...counts,
    })),
  };
}
