import { inArray, or } from 'drizzle-orm';
import type { Clock } from '../kernel/time/clock.ts';
import { hourMs, minuteMs, secondMs } from '../kernel/time/durations.ts';
import type { Workers } from '../plant/resources/workers.ts';
import type { Workstations } from '../plant/resources/workstations.ts';
import type { PlannedTime } from '../plant/shifts/planned-time.ts';
import type { Sites } from '../plant/sites.ts';
import type { TimeWindow } from '../plant/time-window.ts';
import type { Db } from '../schema/db.ts';
import type { ActivityEvent } from './model.ts';
import { createWriteEvents } from './recording/write-events.ts';

/** Whole days before today; today up to now comes on top. */
const wholeDays = 2;
const stepMs = 15 * minuteMs;
const eventsPerTransaction = 500;

/** People and stations of contract S2: worker i works at station i. */
const people = ['Alice Johnson', 'Bob Smith', 'Carol Davis', 'David Wilson', 'Emma Brown', 'Frank Miller'];
const stations = [
  { name: 'Assembly Line 1', type: 'assembly' },
  { name: 'Assembly Line 2', type: 'assembly' },
  { name: 'Quality Check', type: 'inspection' },
  { name: 'Packaging', type: 'packaging' },
  { name: 'Welding Station', type: 'welding' },
  { name: 'Testing Station', type: 'testing' },
];

/** Activity of the demo plant, in a site of its own: real rows are never touched. */
export type DemoActivity = {
  /** Removes what it made before and makes it again, up to now. */
  seed(): Promise<void>;
  /** Removes its people and stations with everything that is known of them. */
  clear(): Promise<void>;
};

export function createDemoActivity(deps: {
  db: Db;
  sites: Sites;
  workers: Workers;
  workstations: Workstations;
  plannedOf: (siteId: number) => PlannedTime;
  gapCapMs: number;
  clock: Clock;
  onChanged: (siteId: number) => void;
}): DemoActivity {
  const { db, sites, workers, workstations, plannedOf, gapCapMs, clock } = deps;
  const writeEvents = createWriteEvents(db);

  async function removeEvents(siteId: number): Promise<void> {
    const { activityEvents, activitySegments, activityRollUps } = db.tables;
    const workerIds = [0, ...workers.list(siteId).map(({ id }) => id)];
    const stationIds = [0, ...workstations.list(siteId).map(({ stationId }) => stationId)];
    await db.tx(async (q) => {
      for (const table of [activityEvents, activitySegments, activityRollUps]) {
        const ofStation = inArray(table.stationId, stationIds);
        const ofWorker = inArray(table.workerId, workerIds.slice(1).concat(-1));
        await q.delete(table).where(or(ofStation, ofWorker));
      }
    });
  }

  return {
    seed: async () => {
      const { id: siteId } = await sites.ensureDemo();
      await removeEvents(siteId);
      const now = clock.now();
      const events: ActivityEvent[] = [];
      for (const [i, name] of people.entries()) {
        const worker = await workers.put(siteId, { code: `W${i + 1}`, name });
        const { stationId } = await workstations.put(siteId, { code: `S${i + 1}`, ...stations[i]! });
        for (const shift of lastShifts(plannedOf(siteId), now))
          events.push(...dayOf(i, shift, { workerId: worker.id, stationId }));
      }
      const past = events.filter(({ at }) => at <= now);
      const rules = { planned: plannedOf(siteId), gapCapMs };
      for (let from = 0; from < past.length; from += eventsPerTransaction) {
        const some = past.slice(from, from + eventsPerTransaction);
        await db.tx((q) => writeEvents(q, { siteId, events: some, receivedAt: now, rules }));
      }
      deps.onChanged(siteId);
    },
    clear: async () => {
      const demo = sites.demo();
      if (demo === undefined) return;
      await removeEvents(demo.id);
      await workers.removeAll(demo.id);
      await workstations.removeAll(demo.id);
      deps.onChanged(demo.id);
    },
  };
}

/** The last whole days that were planned, and today's shift as far as it has come. */
function lastShifts({ shiftsIn }: PlannedTime, now: number): TimeWindow[] {
  const started = shiftsIn({ startAt: now - 14 * 24 * hourMs, endAt: now });
  const whole = started.filter(({ endAt }) => endAt <= now).slice(-wholeDays);
  return [...whole, ...started.filter(({ endAt }) => endAt > now)];
}

/** One worker's shift: a state each quarter of an hour, and units while working. No chance: totals are known. */
function dayOf(
  index: number,
  { startAt, endAt }: TimeWindow,
  who: { workerId: number; stationId: number },
): ActivityEvent[] {
  const events: ActivityEvent[] = [];
  const add = (at: number, kind: ActivityEvent['kind'], count = 0) =>
    events.push({
      ...who,
      kind,
      at,
      confidence: 0.9 + ((index + events.length) % 10) / 100,
      count,
      eventId: null,
      modelId: null,
      modelVersion: null,
    });
  for (let step = 0; startAt + step * stepMs < endAt; step++) {
    const at = startAt + step * stepMs;
    const state = stateOf(index, step);
    add(at, state);
    if (state !== 'working') continue;
    for (let part = 1; part <= 3; part++)
      add(at + part * 4 * minuteMs + index * secondMs, 'product_count', 2 + ((index + step + part) % 4));
  }
  return events;
}

/** A break at noon, some waiting, and now and then nobody there, at another time for each worker. */
function stateOf(index: number, step: number): 'working' | 'idle' | 'absent' {
  if (step === 16 || step === 17) return 'absent';
  const turn = (step * 7 + index * 5) % 20;
  if (turn < 14) return 'working';
  return turn < 19 ? 'idle' : 'absent';
}
