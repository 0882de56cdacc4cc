import { storageFaultOf } from '../../kernel/db/faults.ts';
import { AppError } from '../../kernel/errors.ts';
import type { Log } from '../../kernel/log.ts';
import type { EventCounts } from '../recording/event-counts.ts';
import type { EventRecorder } from '../recording/event-recorder.ts';
import type { EventSource, RefusedEvents } from '../recording/refused-events.ts';
import { retryDelay, waitUnlessAborted } from './retry-delay.ts';

/** Tries of a batch that fails although the database works; then each event is tried alone. */
const triesTogether = 3;

/** What a message brought: events as they were sent, or why it holds none. */
export type Message = { events: readonly unknown[]; fault?: undefined } | { fault: string; body: string };

/**
 * Records the events of ways without an answer. Resolves once each is on the disk or kept as refused, however long the
 * database is away; rejects only when `signal` aborts, and then the sender must keep the messages.
 */
export type RecordPatiently = (messages: readonly Message[], signal: AbortSignal) => Promise<void>;

export function createRecordPatiently(options: {
  source: EventSource;
  siteId: () => number;
  recorder: EventRecorder;
  refusedEvents: RefusedEvents;
  counts: EventCounts;
  log: Log;
}): RecordPatiently {
  const { source, siteId, recorder, refusedEvents, counts, log } = options;

  async function refuse(reason: string, body: unknown): Promise<void> {
    await refusedEvents.keep({ siteId: siteId(), source, reason, body });
    counts.noteUnreadable(source);
  }

  /** Tries until it works or fails for a reason that lies in the events. */
  async function attempt(work: () => Promise<unknown>, tries: number, signal: AbortSignal): Promise<unknown> {
    for (let failures = 0, own = 0; ; ) {
      signal.throwIfAborted();
      try {
        await work();
        return undefined;
      } catch (error) {
        failures += 1;
        if (!isOutage(error)) {
          own += 1;
          log.error({ err: error, source }, 'Events could not be recorded');
          if (own >= tries) return error;
        } else if (failures === 1) {
          log.warn({ err: error, source }, 'Events wait until they can be recorded');
        }
        await waitUnlessAborted(retryDelay(failures), signal);
      }
    }
  }

  async function recordOneByOne(events: readonly unknown[], signal: AbortSignal): Promise<void> {
    for (const event of events) {
      const error = await attempt(() => recorder.record([event], source), 1, signal);
      if (error === undefined) continue;
      const reason = `It could not be recorded: ${(error as Error).message}`;
      await attempt(() => refuse(reason, event), Number.POSITIVE_INFINITY, signal);
    }
  }

  return async (messages, signal) => {
    const events = messages.flatMap((message) => (message.fault === undefined ? message.events : []));
    if (events.length > 0) {
      const error = await attempt(() => recorder.record(events, source), triesTogether, signal);
      if (error !== undefined) await recordOneByOne(events, signal);
    }
    for (const message of messages) {
      if (message.fault === undefined) continue;
      const { fault, body } = message;
      await attempt(() => refuse(fault, body), Number.POSITIVE_INFINITY, signal);
    }
  };
}

/** Whether the same events can be recorded later as they are. */
function isOutage(error: unknown): boolean {
  return (error instanceof AppError && error.code === 'unavailable') || storageFaultOf(error) !== undefined;
}

/** Reads a text that is one event as JSON, or a list of them. */
export function readMessage(text: string): Message {
  try {
    return { events: [JSON.parse(text)].flat() };
  } catch (error) {
    return { fault: `The message is not JSON: ${(error as Error).message}`, body: text };
  }
}
