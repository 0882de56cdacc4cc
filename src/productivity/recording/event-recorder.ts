import { AppError } from '../../kernel/errors.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import type { Workers } from '../../plant/resources/workers.ts';
import type { Workstations } from '../../plant/resources/workstations.ts';
import type { PlannedTime } from '../../plant/shifts/planned-time.ts';
import type { Sites } from '../../plant/sites.ts';
import type { Db } from '../../schema/db.ts';
import type { ActivityEvent } from '../model.ts';
import type { EventCounts } from './event-counts.ts';
import { parseEvent, type SentEvent } from './parse-event.ts';
import type { EventSource, RefusedEvents } from './refused-events.ts';
import { createWriteEvents, type Outcome } from './write-events.ts';

/** Events that wait for their transaction; more are refused until it is through. */
const maxWaiting = 50_000;
/** Events of one transaction: a hundred milliseconds or so. */
const maxPerTransaction = 2_000;

/** What became of an event as it was sent; `error` says why it is not there. */
export type SentOutcome =
  | { status: 'recorded' | 'duplicate' | 'past'; error?: undefined }
  | { status: 'refused' | 'conflict'; error: string };

/** What a batch of recorded events touched. */
export type RecordedEvents = { siteId: number; stationIds: number[]; oldestAt: number };

export type EventRecorder = {
  /**
   * Records events and answers what became of each, in their order, once all are on the disk. Good ones are kept whatever the
   * others are. Requests that come at the same time share a transaction.
   *
   * @throws AppError 'unavailable' when more wait than can be held, or the database does not answer.
   */
  record(sent: readonly unknown[], source: EventSource): Promise<SentOutcome[]>;
};

type Waiting = {
  siteId: number;
  events: ActivityEvent[];
  resolve: (outcomes: Outcome[]) => void;
  reject: (error: unknown) => void;
};

export type EventRecorderOptions = {
  db: Db;
  sites: Pick<Sites, 'own' | 'wallClockOf'>;
  /** The site that events belong to: the own one, or the demo plant's. */
  eventSiteId: () => number;
  workers: Pick<Workers, 'find' | 'put'>;
  workstations: Pick<Workstations, 'find' | 'put'>;
  plannedOf: (siteId: number) => PlannedTime;
  /** Infinity: until the shift ends. */
  gapCapMs: number;
  createsUnknown: boolean;
  refusedEvents: RefusedEvents;
  counts: EventCounts;
  clock: Clock;
  onRecorded: (recorded: RecordedEvents) => void;
};

export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  const { db, sites, workers, workstations, createsUnknown, refusedEvents, clock } = options;
  const writeEvents = createWriteEvents(db);
  const waiting: Waiting[] = [];
  let waitingCount = 0;
  let isWriting = false;

  /** The rows an event is about, made where the settings allow it; else why not. */
  async function resolve(
    siteId: number,
    { worker: workerCode, workstation: code, ...event }: SentEvent,
  ): Promise<ActivityEvent | string> {
    const worker =
      workers.find(siteId, workerCode) ??
      (createsUnknown ? await workers.put(siteId, { code: workerCode }) : undefined);
    if (worker === undefined) return `Unknown worker_id ${JSON.stringify(workerCode)}`;
    const workstation =
      workstations.find(siteId, code) ??
      (createsUnknown ? await workstations.put(siteId, { code }) : undefined);
    if (workstation === undefined) return `Unknown workstation_id ${JSON.stringify(code)}`;
    return { ...event, workerId: worker.id, stationId: workstation.stationId };
  }

  function enqueue(siteId: number, events: ActivityEvent[]): Promise<Outcome[]> {
    if (events.length === 0) return Promise.resolve([]);
    if (waitingCount + events.length > maxWaiting) {
      throw new AppError(
        'unavailable',
        `${waitingCount} events wait to be written already. Send them again in a moment.`,
        {
          details: { retryAfterSec: 2 },
        },
      );
    }
    return new Promise((resolve, reject) => {
      waiting.push({ siteId, events, resolve, reject });
      waitingCount += events.length;
      if (!isWriting) void writeWaiting();
    });
  }

  /** Writes what waits, and what comes meanwhile, one transaction after the other. */
  async function writeWaiting(): Promise<void> {
    isWriting = true;
    // Requests read in the same turn of the event loop join the first transaction.
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) {
      const group = takeGroup();
      try {
        const outcomes = await writeGroup(group);
        for (const [i, { resolve }] of group.entries()) resolve(outcomes[i]!);
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    isWriting = false;
  }

  /** The next requests of one site, as many as fit into a transaction, at least one. */
  function takeGroup(): Waiting[] {
    const group: Waiting[] = [];
    let count = 0;
    while (waiting[0] !== undefined) {
      const [next] = waiting;
      const isFull = count > 0 && count + next.events.length > maxPerTransaction;
      if (isFull || (group[0] && group[0].siteId !== next.siteId)) break;
      waiting.shift();
      group.push(next);
      count += next.events.length;
    }
    waitingCount -= count;
    return group;
  }

  async function writeGroup(group: readonly Waiting[]): Promise<Outcome[][]> {
    const { siteId } = group[0]!;
    const events = group.flatMap((one) => one.events);
    const rules = { planned: options.plannedOf(siteId), gapCapMs: options.gapCapMs };
    const batch = { siteId, events, receivedAt: clock.now(), rules };
    const outcomes = await db.tx((q) => writeEvents(q, batch), { isDurable: true });
    const recorded = events.filter((_, i) => outcomes[i] === 'recorded');
    if (recorded.length > 0) {
      options.onRecorded({
        siteId,
        stationIds: [...new Set(recorded.map(({ stationId }) => stationId))],
        oldestAt: Math.min(...recorded.map(({ at }) => at)),
      });
    }
    let from = 0;
    return group.map(({ events: { length } }) => {
      from += length;
      return outcomes.slice(from - length, from);
    });
  }

  return {
    record: async (sent, source) => {
      const siteId = options.eventSiteId();
      const wallClock = sites.wallClockOf(siteId);
      const outcomes: SentOutcome[] = [];
      const events: ActivityEvent[] = [];
      const positions: number[] = [];
      for (const [i, one] of sent.entries()) {
        const parsed = parseEvent(one, { now: clock.now(), parseTime: wallClock.parse });
        if (parsed.event === undefined) {
          outcomes[i] = { status: 'refused', error: parsed.error };
          if ((parsed.isTimeFault && source !== 'import') || !hasAnswer(source))
            await refusedEvents.keep({ siteId, source, reason: parsed.error, body: one });
          continue;
        }
        const resolved = await resolve(siteId, parsed.event);
        if (typeof resolved === 'string') {
          outcomes[i] = { status: 'refused', error: resolved };
          if (!hasAnswer(source)) await refusedEvents.keep({ siteId, source, reason: resolved, body: one });
          continue;
        }
        positions.push(i);
        events.push(resolved);
      }
      // A large batch is several transactions, so that others get their turn.
      for (let from = 0; from < events.length; from += maxPerTransaction) {
        const written = await enqueue(siteId, events.slice(from, from + maxPerTransaction));
        for (const [i, outcome] of written.entries()) {
          const position = positions[from + i]!;
          if (outcome !== 'conflict') {
            outcomes[position] = { status: outcome };
            continue;
          }
          const error = `event_id ${JSON.stringify(events[from + i]!.eventId)} came before with other content`;
          outcomes[position] = { status: 'conflict', error };
          if (!hasAnswer(source))
            await refusedEvents.keep({ siteId, source, reason: error, body: sent[position] });
        }
      }
      options.counts.note(source, outcomes);
      return outcomes;
    },
  };
}

/** Whether whoever sends by this way reads what became of each event. */
function hasAnswer(source: EventSource): boolean {
  return source === 'http' || source === 'import';
}
