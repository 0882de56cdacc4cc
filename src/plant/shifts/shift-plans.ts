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
/** Plans of a whole site rather than of one of its lines. */
const wholeSite = 0;

/** A plan as it was saved. */
export type SavedPlan = DatedPlan & { setBy: string; setAt: number };

/** The shift plans of the sites, kept in memory; `refresh` reads what other processes have saved. */
export type ShiftPlans = {
  /**
   * When a site works, or one of its lines: by the line's own plans from the first of them on, before that by the site's.
   * Undefined where nobody has saved a plan.
   */
  calendarOf(siteId: number, lineId?: number): ShiftCalendar | undefined;
  /** The plans of a whole site, or those of one of its lines alone, by date. */
  list(siteId: number, lineId?: number): SavedPlan[];
  /** The plans that a site works by, or one of its lines: what its calendar is made of, by date. */
  plansOf(siteId: number, lineId?: number): SavedPlan[];
  /** Saves a plan from a date on. @throws AppError 'conflict' when there are too many. */
  set(siteId: number, dated: DatedPlan, by: string, lineId?: number): Promise<void>;
  /** False when there was none. */
  remove(siteId: number, fromDate: string, lineId?: number): Promise<boolean>;
  /** Reads the plans if any changed. */
  refresh(): Promise<void>;
};

type Row = SavedPlan & { siteId: number; lineId: number };

export async function createShiftPlans(
  db: Db,
  clock: Clock,
  sites: Pick<Sites, 'wallClockOf'>,
): Promise<ShiftPlans> {
  const { shiftPlans: table } = db.tables;
  const select = prepared((value: Placeholders<{ limit: number }>) =>
    db.read
      .select()
      .from(table)
      .orderBy(asc(table.siteId), asc(table.lineId), asc(table.fromDate))
      .limit(value.limit),
  );
  let rows: Row[] = [];
  /** Built when asked for, and again when plans or the site's time zone change. */
  const calendars = new Map<string, { wallClock: WallClock; calendar: ShiftCalendar }>();

  const selectState = prepared(() => db.read.select({ plans: count(), setAt: max(table.setAt) }).from(table));
  let state = '';

  const refresh = async () => {
    // A calendar of many days takes a moment to build, so it is kept while nothing changes.
    const now = JSON.stringify(await selectState({}));
    if (now === state) return;
    state = now;
    rows = (await select({ limit: maxRows })).flatMap(({ plan, ...row }) => {
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

  const list = (siteId: number, lineId = wholeSite) =>
    rows.filter((row) => row.siteId === siteId && row.lineId === lineId);
  function plansOf(siteId: number, lineId = wholeSite): SavedPlan[] {
    const ofSite = list(siteId);
    const own = lineId === wholeSite ? [] : list(siteId, lineId);
    const [first] = own;
    return first === undefined
      ? ofSite
      : [...ofSite.filter(({ fromDate }) => fromDate < first.fromDate), ...own];
  }
  return {
    list,
    plansOf,
    refresh,
    calendarOf: (siteId, lineId = wholeSite) => {
      // A line without plans of its own shares the calendar of its site.
      const scope = lineId !== wholeSite && list(siteId, lineId).length === 0 ? wholeSite : lineId;
      const plans = plansOf(siteId, scope);
      if (plans.length === 0) return undefined;
      const wallClock = sites.wallClockOf(siteId);
      const key = `${siteId}:${scope}`;
      const known = calendars.get(key);
      if (known?.wallClock === wallClock) return known.calendar;
      const calendar = createShiftCalendar(plans, wallClock);
      calendars.set(key, { wallClock, calendar });
      return calendar;
    },
    set: async (siteId, { fromDate, plan }, by, lineId = wholeSite) => {
      const known = list(siteId, lineId);
      if (known.length >= maxPlans && !known.some((row) => row.fromDate === fromDate)) {
        throw new AppError('conflict', `There are ${maxPlans} shift plans already. Remove an old one first.`);
      }
      const values = { plan, setBy: by.slice(0, longestActor), setAt: clock.now() };
      await db.tx((q) =>
        upsert(db.dialect, q, table, [{ siteId, lineId, fromDate, ...values }], {
          target: [table.siteId, table.lineId, table.fromDate],
          set: values,
        }),
      );
      await reload();
    },
    remove: async (siteId, fromDate, lineId = wholeSite) => {
      await refresh();
      if (!list(siteId, lineId).some((row) => row.fromDate === fromDate)) return false;
      await db.tx((q) =>
        q
          .delete(table)
          .where(and(eq(table.siteId, siteId), eq(table.lineId, lineId), eq(table.fromDate, fromDate))),
      );
      await reload();
      return true;
    },
  };
}
