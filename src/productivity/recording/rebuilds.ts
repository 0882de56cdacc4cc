import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { and, asc, eq, gte, inArray, lt, max, min } from 'drizzle-orm';
import { type Placeholders, prepared } from '../../kernel/db/prepared.ts';
import { preparedIn } from '../../kernel/db/prepared-in.ts';
import { upsert } from '../../kernel/db/write.ts';
import { startLoop } from '../../kernel/jobs/loop.ts';
import type { Log } from '../../kernel/log.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import { dayMs, minuteMs } from '../../kernel/time/durations.ts';
import { lockSite } from '../../plant/resources/lock-site.ts';
import type { Workers } from '../../plant/resources/workers.ts';
import type { PlannedTime } from '../../plant/shifts/planned-time.ts';
import type { DatedPlan } from '../../plant/shifts/shift-calendar.ts';
import { shiftPlanSchema } from '../../plant/shifts/shift-plan.ts';
import type { ShiftPlans } from '../../plant/shifts/shift-plans.ts';
import type { Db } from '../../schema/db.ts';
import { createDeriveSegments } from './derive-segments.ts';
import { RollUpChanges } from './roll-up-sums.ts';

const intervalMs = 5 * minuteMs;
/** Other processes read plans again within 5 s: until then they derive by the old ones. */
const settleOfServersMs = 10_000;

/** What the segments of a site were derived by. */
type Basis = { timeZone: string; plans: readonly DatedPlan[] };

/** Derives segments again where shift plans were changed for the past. */
export type ActivityRebuilds = {
  /** Looks for changed plans, and resolves when all that follows from them is derived. */
  run(): Promise<void>;
  stop(): Promise<void>;
};

export function startActivityRebuilds(options: {
  db: Db;
  siteIds: () => number[];
  shifts: Pick<ShiftPlans, 'list'>;
  workers: Pick<Workers, 'list'>;
  plannedOf: (siteId: number) => PlannedTime;
  gapCapMs: number;
  /** What retention has deleted is not derived again. */
  derivedFrom: (siteId: number) => number;
  isDuty: () => boolean;
  clock: Clock;
  log: Log;
  onRebuilt: (siteId: number, fromAt: number) => void;
  /** How long other processes may still derive by the plans before, ms. */
  settleMs?: number;
}): ActivityRebuilds {
  const { db, shifts, workers, plannedOf, clock, log } = options;
  const settleMs = options.settleMs ?? (db.dialect === 'sqlite' ? 0 : settleOfServersMs);
  const { activityEvents: events, activityRebuilds: table } = db.tables;
  const deriveSegments = createDeriveSegments(db);
  const selectState = prepared((value: Placeholders<{ siteId: number }>) =>
    db.read.select().from(table).where(eq(table.siteId, value.siteId)),
  );
  const selectSpan = prepared((value: Placeholders<{ workerIds: readonly number[] }>) =>
    db.read
      .select({ first: min(events.at), last: max(events.at) })
      .from(events)
      .where(inArray(events.workerId, value.workerIds)),
  );
  const selectInstants = preparedIn(
    (q, value: Placeholders<{ workerId: number; fromAt: number; untilAt: number }>) =>
      q
        .selectDistinct({ at: events.at })
        .from(events)
        .where(
          and(
            eq(events.workerId, value.workerId),
            gte(events.at, value.fromAt),
            lt(events.at, value.untilAt),
          ),
        )
        .orderBy(asc(events.at)),
  );

  async function save(siteId: number, row: { basis: Basis; fromAt: number | null; untilAt: number | null }) {
    const values = { plans: row.basis, fromAt: row.fromAt, untilAt: row.untilAt };
    await db.tx((q) =>
      upsert(db.dialect, q, table, [{ siteId, ...values }], { target: [table.siteId], set: values }),
    );
  }

  /** Writes down what has to be derived again, if anything; answers it. */
  async function note(
    siteId: number,
  ): Promise<{ basis: Basis; fromAt: number; untilAt: number } | undefined> {
    const basis: Basis = {
      timeZone: plannedOf(siteId).wallClock.timeZone,
      plans: shifts.list(siteId).map(({ fromDate, plan }) => ({ fromDate, plan })),
    };
    const [known] = await selectState({ siteId });
    const changedAt = changeOf((known?.plans as Basis | undefined) ?? undefined, basis, plannedOf(siteId));
    if (changedAt === undefined && known?.fromAt === null) return undefined;
    const pendingFromAt = known?.fromAt ?? Number.POSITIVE_INFINITY;
    const fromAt = Math.min(changedAt ?? Number.POSITIVE_INFINITY, pendingFromAt);
    if (!Number.isFinite(fromAt)) return undefined;
    const untilAt = changedAt === undefined ? (known?.untilAt ?? clock.now()) : clock.now() + dayMs;
    await save(siteId, { basis, fromAt, untilAt });
    return { basis, fromAt, untilAt };
  }

  async function rebuild(siteId: number, signal: AbortSignal): Promise<void> {
    const pending = await note(siteId);
    if (pending === undefined) return;
    const workerIds = workers.list(siteId).map(({ id }) => id);
    const [span] = workerIds.length === 0 ? [] : await selectSpan({ workerIds });
    // The day before: a night shift, or a state that lasts, reaches into the first changed one.
    const firstAt = Math.max(
      pending.fromAt - dayMs,
      span?.first ?? Number.POSITIVE_INFINITY,
      options.derivedFrom(siteId),
    );
    // What was planned today is looked at most: the newest day comes first.
    for (
      let untilAt = Math.min(pending.untilAt, (span?.last ?? 0) + 1);
      untilAt > firstAt;
      untilAt -= dayMs
    ) {
      if (signal.aborted) return;
      for (const workerId of workerIds) await rebuildDay(siteId, workerId, untilAt);
      await save(siteId, { ...pending, untilAt });
    }
    await save(siteId, { basis: pending.basis, fromAt: null, untilAt: null });
    log.info(
      { siteId, from: new Date(pending.fromAt).toISOString() },
      'Activity was derived again by the changed shifts',
    );
    options.onRebuilt(siteId, pending.fromAt);
  }

  async function rebuildDay(siteId: number, workerId: number, untilAt: number): Promise<void> {
    const changes = new RollUpChanges();
    const rules = { planned: plannedOf(siteId), gapCapMs: options.gapCapMs };
    await db.tx(async (q) => {
      await lockSite(db, q, siteId);
      const instants = await selectInstants(q, { workerId, fromAt: untilAt - dayMs, untilAt });
      if (instants.length === 0) return;
      await deriveSegments(q, new Map([[workerId, instants.map(({ at }) => at)]]), rules, changes);
      await changes.write(db, q);
    });
    // Pages and events get their turn.
    await nextTurn();
  }

  const loop = startLoop({
    name: 'rebuild activity',
    intervalMs,
    log,
    run: async (signal) => {
      if (!options.isDuty()) return;
      for (const siteId of options.siteIds()) await rebuild(siteId, signal);
    },
  });
  const ending = new AbortController();
  return {
    run: async () => {
      if (settleMs > 0) await sleep(settleMs, undefined, { signal: ending.signal }).catch(() => {});
      await loop.trigger();
    },
    stop: async () => {
      ending.abort();
      await loop.stop();
    },
  };
}

/** From when on two sets of plans differ; undefined where they do not, or where nothing was derived yet. */
function changeOf(before: Basis | undefined, now: Basis, planned: PlannedTime): number | undefined {
  if (before === undefined) return now.plans.length === 0 ? undefined : startOf(now.plans, planned);
  if (before.timeZone !== now.timeZone) return 0;
  // Some databases keep the fields of a plan in an order of their own; reading puts them into that of the schema.
  const texts = (basis: Basis) =>
    new Map(
      basis.plans.map(({ fromDate, plan }) => [
        fromDate,
        JSON.stringify(shiftPlanSchema.safeParse(plan).data),
      ]),
    );
  const [old, current] = [texts(before), texts(now)];
  const changed = [...new Set([...old.keys(), ...current.keys()])].filter(
    (fromDate) => old.get(fromDate) !== current.get(fromDate),
  );
  const [first] = changed.sort();
  return first === undefined ? undefined : planned.wallClock.parse(first);
}

function startOf(plans: readonly DatedPlan[], planned: PlannedTime): number | undefined {
  const [first] = plans.map(({ fromDate }) => fromDate).sort();
  return first === undefined ? undefined : planned.wallClock.parse(first);
}
