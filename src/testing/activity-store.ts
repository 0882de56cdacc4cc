import { createLog } from '../kernel/log.ts';
import type { Clock } from '../kernel/time/clock.ts';
import { createPlannedTime } from '../plant/shifts/planned-time.ts';
import type { ShiftPlan } from '../plant/shifts/shift-plan.ts';
import { createShiftPlans } from '../plant/shifts/shift-plans.ts';
import type { ActivityEvent } from '../productivity/model.ts';
import { startActivityRebuilds } from '../productivity/recording/rebuilds.ts';
import { createWriteEvents, type Outcome } from '../productivity/recording/write-events.ts';
import type { Db } from '../schema/db.ts';
import { openMainSite } from './main-site.ts';

/** Writes events as a batch of one request, with the plan of the site as it is now. */
export type ActivityStore = {
  siteId: number;
  record(events: readonly ActivityEvent[], gapCapMs?: number): Promise<Outcome[]>;
  setPlan(plan: ShiftPlan): Promise<void>;
  /** Derives again what the plans that were set have changed. */
  rebuild(): Promise<void>;
};

export async function openActivityStore(db: Db, clock: Clock, timeZone = 'UTC'): Promise<ActivityStore> {
  const sites = await openMainSite(db, clock, timeZone);
  const shifts = await createShiftPlans(db, clock, sites);
  const plannedOf = createPlannedTime(shifts, sites);
  const writeEvents = createWriteEvents(db);
  const siteId = sites.own.id;
  return {
    siteId,
    record: (events, gapCapMs = 3_600_000) =>
      db.tx((q) =>
        writeEvents(q, {
          siteId,
          events,
          receivedAt: clock.now(),
          rules: { planned: plannedOf(siteId), gapCapMs },
        }),
      ),
    rebuild: async () => {
      const rebuilds = startActivityRebuilds({
        db,
        siteIds: () => [siteId],
        shifts,
        workers: {
          list: () => [1, 2, 3].map((id) => ({ id, siteId, code: `W${id}`, name: '' })),
        },
        plannedOf,
        gapCapMs: 3_600_000,
        derivedFrom: () => Number.NEGATIVE_INFINITY,
        isDuty: () => true,
        clock,
        log: createLog({ level: 'silent', pretty: false }),
        onRebuilt: () => {},
        settleMs: 0,
      });
      await rebuilds.run();
      await rebuilds.stop();
    },
    setPlan: (plan) => shifts.set(siteId, { fromDate: '2026-01-01', plan }, 'test'),
  };
}
