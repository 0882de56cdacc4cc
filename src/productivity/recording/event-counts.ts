import type { Clock } from '../../kernel/time/clock.ts';
import { type EventSource, eventSources } from './refused-events.ts';

/** What came by one way since the start of this process; `lastAt` null before the first event. */
export type EventCount = { recorded: number; duplicates: number; refused: number; lastAt: number | null };

/** Counts events by the way they came. */
export type EventCounts = {
  note(
    source: EventSource,
    outcomes: readonly { status: 'recorded' | 'duplicate' | 'past' | 'refused' | 'conflict' }[],
  ): void;
  /** Something that was no event at all. */
  noteUnreadable(source: EventSource): void;
  of(source: EventSource): EventCount;
};

export function createEventCounts(clock: Clock): EventCounts {
  const counts = new Map<EventSource, EventCount>(
    eventSources.map((source) => [source, { recorded: 0, duplicates: 0, refused: 0, lastAt: null }]),
  );
  const of = (source: EventSource) => counts.get(source)!;
  return {
    note: (source, outcomes) => {
      const count = of(source);
      for (const { status } of outcomes) {
        if (status === 'recorded') count.recorded += 1;
        else if (status === 'duplicate') count.duplicates += 1;
        else count.refused += 1;
      }
      if (outcomes.length > 0) count.lastAt = clock.now();
    },
    noteUnreadable: (source) => {
      of(source).refused += 1;
      of(source).lastAt = clock.now();
    },
    of: (source) => ({ ...of(source) }),
  };
}
