import { and, asc, count, eq, max } from 'drizzle-orm';
import { type Placeholders, prepared } from '../../kernel/db/prepared.ts';
import { upsert } from '../../kernel/db/write.ts';
import { AppError } from '../../kernel/errors.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import type { WallClock } from '../../kernel/time/time-zone.ts';
import type { Db } from '../../schema/db.ts';
import type { Sites } from '../sites.ts';
import { createShiftCalendar, type DatedPlan, type ShiftCalendar } from './shift-calendar.ts';
import { shiftPlanSchema } from './shift-plan.ts';

/** Plans of one site, one after the other. */
const maxPlans = 100;
/** Plans of all sites that are kept in memory. */
const maxRows = 5_000;
const longestActor = 150;
/** The plan of a whole site rather than of one of its lines. */
const wholeSite = 0;

/** A plan as it was saved. */
export type SavedPlan = DatedPlan & { setBy: string; setAt: number };

/** The shift plans of the sites, kept in memory; `refresh` reads what other processes have saved. */
export type ShiftPlans = {
  /** When a site works; undefined where nobody has saved a plan. */
  calendarOf(siteId: number): ShiftCalendar | undefined;
  /** The plans of a site, by date. */
  list(siteId: number): SavedPlan[];
  /** Saves the plan of a site from a date on. @throws AppError 'conflict' when it has too many. */
  set(siteId: number, dated: DatedPlan, by: string): Promise<void>;
  /** False when there was none. */
  remove(siteId: number, fromDate: string): Promise<boolean>;
  /** Reads the plans if any changed. */
  refresh(): Promise<void>;
};

type Row = SavedPlan & { siteId: number };

export async function createShiftPlans(
  db: Db,
  clock: Clock,
  sites: Pick<Sites, 'wallClockOf'>,
): Promise<ShiftPlans> {
  const { shiftPlans: table } = db.tables;
  const select = prepared((value: Placeholders<{ lineId: number }>) =>
    db.read
      .select()
      .from(table)
      .where(eq(table.lineId, value.lineId))
      .orderBy(asc(table.siteId), asc(table.fromDate))
      .limit(maxRows),
  );
  let rows: Row[] = [];
  /** Built when asked for, and again when plans or the site's time zone change. */
  const calendars = new Map<number, { wallClock: WallClock; calendar: ShiftCalendar }>();

  const selectState = prepared(() => db.read.select({ plans: count(), setAt: max(table.setAt) }).from(table));
  let state = '';

  const refresh = async () => {
    // A calendar of many days takes a moment to build, so it is kept while nothing changes.
    const now = JSON.stringify(await selectState({}));
    if (now === state) return;
    state = now;
    rows = (await select({ lineId: wholeSite })).flatMap(({ plan, ...row }) => {
      // A later version may write plans that this one cannot read.
      const read = shiftPlanSchema.safeParse(plan);
      return read.success ? [{ ...row, plan: read.data }] : [];
    });
    calendars.clear();
  };
  const reload = () => {
    state = '';
    return refresh();
  };
  await refresh();

  const list = (siteId: number) => rows.filter((row) => row.siteId === siteId);
  return {
    list,
    refresh,
    calendarOf: (siteId) => {
      const plans = list(siteId);
      if (plans.length === 0) return undefined;
      const wallClock = sites.wallClockOf(siteId);
      const known = calendars.get(siteId);
      if (known?.wallClock === wallClock) return known.calendar;
      const calendar = createShiftCalendar(plans, wallClock);
      calendars.set(siteId, { wallClock, calendar });
      return calendar;
    },
    set: async (siteId, { fromDate, plan }, by) => {
      const known = list(siteId);
      if (known.length >= maxPlans && !known.some((row) => row.fromDate === fromDate)) {
        throw new AppError('conflict', `There are ${maxPlans} shift plans already. Remove an old one first.`);
      }
      const values = { plan, setBy: by.slice(0, longestActor), setAt: clock.now() };
      await db.tx((q) =>
        upsert(db.dialect, q, table, [{ siteId, lineId: wholeSite, fromDate, ...values }], {
          target: [table.siteId, table.lineId, table.fromDate],
          set: values,
        }),
      );
      await reload();
    },
    remove: async (siteId, fromDate) => {
      await refresh();
      if (!list(siteId).some((row) => row.fromDate === fromDate)) return false;
      await db.tx((q) =>
        q
          .delete(table)
          .where(and(eq(table.siteId, siteId), eq(table.lineId, wholeSite), eq(table.fromDate, fromDate))),
      );
      await reload();
      return true;
    },
  };
}
