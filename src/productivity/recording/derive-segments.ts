import { and, asc, desc, eq, gt, gte, inArray, lt, lte, ne } from 'drizzle-orm';
import type { Queryable } from '../../kernel/db/database.ts';
import type { Placeholders } from '../../kernel/db/prepared.ts';
import { preparedIn } from '../../kernel/db/prepared-in.ts';
import { createRowWriter } from '../../kernel/db/row-writer.ts';
import { dayMs, hourMs } from '../../kernel/time/durations.ts';
import type { PlannedTime } from '../../plant/shifts/planned-time.ts';
import type { TimeWindow } from '../../plant/time-window.ts';
import type { Db } from '../../schema/db.ts';
import { type Segment, type Stretch, stationItself } from '../model.ts';
import { cutStretches } from '../segments/cut-stretches.ts';
import { stationStretches } from '../segments/station-stretches.ts';
import { appendStretch, surest, workerStretches } from '../segments/worker-stretches.ts';
import type { RollUpChanges } from './roll-up-sums.ts';

/** No segment is longer: they are cut at local midnights, and no day has more hours. */
export const longestSegmentMs = 26 * hourMs;
/** Later than any event. */
const never = 253_402_300_799_999;
/** Instants of one worker that lie further apart are looked at one after the other. */
const clusterGapMs = 6 * hourMs;

/** How a site's events become segments. */
export type DeriveRules = { planned: PlannedTime; gapCapMs: number };

/**
 * Derives again what the events of some instants touch, in the transaction that wrote them: of each worker the stretch from
 * the event before to the next state after, and of each station where its workers' segments changed. `changes` gets the
 * difference for the roll-ups.
 */
export type DeriveSegments = (
  q: Queryable,
  touched: ReadonlyMap<number, readonly number[]>,
  rules: DeriveRules,
  changes: RollUpChanges,
) => Promise<void>;

export function createDeriveSegments(db: Db): DeriveSegments {
  const statements = prepareStatements(db);
  return async (q, touched, rules, changes) => {
    const changedAt = new Map<number, TimeWindow[]>();
    for (const [workerId, instants] of touched) {
      for (const window of clusters(instants)) {
        for (const segment of await deriveWorker(statements, q, { workerId, window, rules, changes })) {
          const windows = changedAt.get(segment.stationId) ?? [];
          windows.push(segment);
          changedAt.set(segment.stationId, windows);
        }
      }
    }
    for (const [stationId, windows] of changedAt) {
      for (const window of joined(windows)) {
        await deriveStation(statements, q, { stationId, window, rules, changes });
      }
    }
  };
}

type Statements = ReturnType<typeof prepareStatements>;

const segmentColumns = ['stationId', 'workerId', 'startAt', 'endAt', 'state', 'isPlanned'] as const;

function prepareStatements(db: Db) {
  const { activityEvents: events, activitySegments: segments } = db.tables;
  const eventColumns = {
    at: events.at,
    kind: events.kind,
    stationId: events.stationId,
    confidence: events.confidence,
    key: events.key,
  };
  return {
    insert: createRowWriter(db, segments, segmentColumns, 'ignore'),
    remove: preparedIn(
      (q, value: Placeholders<{ stationId: number; workerId: number; starts: readonly number[] }>) =>
        q
          .delete(segments)
          .where(
            and(
              eq(segments.stationId, value.stationId),
              eq(segments.workerId, value.workerId),
              inArray(segments.startAt, value.starts),
            ),
          ),
    ),
    lastBefore: preparedIn((q, value: Placeholders<{ workerId: number; at: number }>) =>
      q
        .select({ at: events.at })
        .from(events)
        .where(and(eq(events.workerId, value.workerId), lt(events.at, value.at)))
        .orderBy(desc(events.at))
        .limit(1),
    ),
    lastStateUpTo: preparedIn((q, value: Placeholders<{ workerId: number; at: number }>) =>
      q
        .select({ at: events.at })
        .from(events)
        .where(
          and(
            eq(events.workerId, value.workerId),
            lte(events.at, value.at),
            ne(events.kind, 'product_count'),
          ),
        )
        .orderBy(desc(events.at))
        .limit(1),
    ),
    nextStateAfter: preparedIn((q, value: Placeholders<{ workerId: number; at: number }>) =>
      q
        .select({ at: events.at })
        .from(events)
        .where(
          and(eq(events.workerId, value.workerId), gt(events.at, value.at), ne(events.kind, 'product_count')),
        )
        .orderBy(asc(events.at))
        .limit(1),
    ),
    eventsOf: preparedIn((q, value: Placeholders<{ workerId: number; fromAt: number; untilAt: number }>) =>
      q
        .select(eventColumns)
        .from(events)
        .where(
          and(
            eq(events.workerId, value.workerId),
            gte(events.at, value.fromAt),
            lt(events.at, value.untilAt),
          ),
        ),
    ),
    /** Segments of a worker that overlap or touch a window, in order. */
    ofWorker: preparedIn(
      (q, value: Placeholders<{ workerId: number; fromAt: number; untilAt: number; endUntil: number }>) =>
        q
          .select()
          .from(segments)
          .where(
            and(
              eq(segments.workerId, value.workerId),
              gte(segments.endAt, value.fromAt),
              lte(segments.endAt, value.endUntil),
              lte(segments.startAt, value.untilAt),
            ),
          )
          .orderBy(asc(segments.startAt)),
    ),
    /** Segments of a station and its workers that overlap or touch a window, in order. */
    ofStation: preparedIn(
      (q, value: Placeholders<{ stationId: number; fromAt: number; untilAt: number; endUntil: number }>) =>
        q
          .select()
          .from(segments)
          .where(
            and(
              eq(segments.stationId, value.stationId),
              gte(segments.endAt, value.fromAt),
              lte(segments.endAt, value.endUntil),
              lte(segments.startAt, value.untilAt),
            ),
          )
          .orderBy(asc(segments.startAt)),
    ),
  };
}

type DeriveOptions = { window: TimeWindow; rules: DeriveRules; changes: RollUpChanges };

/** Answers the segments that are new or gone. `window` spans the touched instants, both ends included. */
async function deriveWorker(
  statements: Statements,
  q: Queryable,
  { workerId, window, rules, changes }: DeriveOptions & { workerId: number },
): Promise<Segment[]> {
  const [heard] = await statements.lastBefore(q, { workerId, at: window.startAt });
  const fromAt = heard?.at ?? window.startAt;
  const [stated] = await statements.lastStateUpTo(q, { workerId, at: fromAt });
  const [next] = await statements.nextStateAfter(q, { workerId, at: window.endAt });
  const untilAt = next?.at ?? never;
  const events = await statements.eventsOf(q, { workerId, fromAt, untilAt });
  const before =
    stated === undefined || stated.at === fromAt
      ? undefined
      : surest(await statements.eventsOf(q, { workerId, fromAt: stated.at, untilAt: stated.at + 1 }));
  const stretches = workerStretches(
    events,
    { gapCapMs: rules.gapCapMs, shiftEndAfter: (at) => shiftEndAfter(rules.planned, at) },
    { before, untilAt },
  );
  const known = await statements.ofWorker(q, {
    workerId,
    fromAt,
    untilAt,
    endUntil: untilAt + longestSegmentMs,
  });
  const renewed = cutStretches(
    rejoined(known, stretches, { startAt: fromAt, endAt: untilAt }),
    workerId,
    rules.planned,
  );
  return replace(statements, q, { known, renewed, changes });
}

async function deriveStation(
  statements: Statements,
  q: Queryable,
  { stationId, window, rules, changes }: DeriveOptions & { stationId: number },
): Promise<void> {
  const all = await statements.ofStation(q, {
    stationId,
    fromAt: window.startAt,
    untilAt: window.endAt,
    endUntil: window.endAt + longestSegmentMs,
  });
  const workers = all
    .filter(({ workerId }) => workerId !== stationItself)
    .map(({ startAt, endAt, state }) => ({
      startAt: Math.max(startAt, window.startAt),
      endAt: Math.min(endAt, window.endAt),
      state,
    }))
    .filter(({ startAt, endAt }) => endAt > startAt);
  const known = all.filter(({ workerId }) => workerId === stationItself);
  const stretches = rejoined(known, stationStretches(stationId, workers), window);
  await replace(statements, q, {
    known,
    renewed: cutStretches(stretches, stationItself, rules.planned),
    changes,
  });
}

/** Known segments with what lies in a window replaced by new stretches; stretches that continue each other become one. */
function rejoined(
  known: readonly Segment[],
  stretches: readonly Stretch[],
  { startAt, endAt }: TimeWindow,
): Stretch[] {
  const before = known
    .filter((segment) => segment.startAt < startAt)
    .map((segment) => ({ ...segment, endAt: Math.min(segment.endAt, startAt) }));
  const after = known
    .filter((segment) => segment.endAt > endAt)
    .map((segment) => ({ ...segment, startAt: Math.max(segment.startAt, endAt) }));
  const all: Stretch[] = [];
  for (const { stationId, state, ...part } of [...before, ...stretches, ...after])
    appendStretch(all, { stationId, state, startAt: part.startAt, endAt: part.endAt });
  return all;
}

const startsPerStatement = 500;

/** Writes the difference between two sets of segments; answers what is new or gone. */
async function replace(
  statements: Statements,
  q: Queryable,
  {
    known,
    renewed,
    changes,
  }: { known: readonly Segment[]; renewed: readonly Segment[]; changes: RollUpChanges },
): Promise<Segment[]> {
  const textOf = ({ stationId, workerId, startAt, endAt, state, isPlanned }: Segment) =>
    `${stationId}:${workerId}:${startAt}:${endAt}:${state}:${isPlanned}`;
  const [knownTexts, renewedTexts] = [new Set(known.map(textOf)), new Set(renewed.map(textOf))];
  const gone = known.filter((segment) => !renewedTexts.has(textOf(segment)));
  const added = renewed.filter((segment) => !knownTexts.has(textOf(segment)));
  for (const some of Map.groupBy(gone, ({ stationId, workerId }) => `${stationId}:${workerId}`).values()) {
    const { stationId, workerId } = some[0]!;
    const starts = some.map(({ startAt }) => startAt);
    for (let from = 0; from < starts.length; from += startsPerStatement)
      await statements.remove(q, {
        stationId,
        workerId,
        starts: starts.slice(from, from + startsPerStatement),
      });
  }
  await statements.insert(q, added);
  for (const segment of gone) changes.addSegment(segment, -1);
  for (const segment of added) changes.addSegment(segment, 1);
  return [...gone, ...added];
}

/** End of the shift that runs at an instant; outside shifts the next local midnight. */
function shiftEndAfter({ shiftsIn, wallClock }: PlannedTime, at: number): number {
  const shift = shiftsIn({ startAt: at, endAt: at + 1 }).at(-1);
  return shift?.endAt ?? wallClock.startOfDay(at, 1);
}

/** Instants as windows, in order; those far apart stand alone. */
function clusters(instants: readonly number[]): TimeWindow[] {
  const windows: TimeWindow[] = [];
  for (const at of instants.toSorted((a, b) => a - b)) {
    const last = windows.at(-1);
    if (last && at - last.endAt <= clusterGapMs) last.endAt = at;
    else windows.push({ startAt: at, endAt: at });
  }
  return windows;
}

/** Windows that overlap, touch or lie within a day of each other made one, so that most are read once. */
function joined(windows: readonly TimeWindow[]): TimeWindow[] {
  const found: TimeWindow[] = [];
  for (const { startAt, endAt } of windows.toSorted((a, b) => a.startAt - b.startAt)) {
    const last = found.at(-1);
    if (last && startAt - last.endAt <= dayMs) last.endAt = Math.max(last.endAt, endAt);
    else found.push({ startAt, endAt });
  }
  return found;
}
