import { and, asc, eq, gte, inArray, isNull, lt } from 'drizzle-orm';
import { type Placeholders, prepared } from '../../kernel/db/prepared.ts';
import { AppError } from '../../kernel/errors.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import type { TimeWindow } from '../../plant/time-window.ts';
import type { Db } from '../../schema/db.ts';

/** What a stop counts as: losses of availability, or planned time that is no loss at all. */
export const stopLosses = ['breakdown', 'setup', 'planned'] as const;
export type StopLoss = (typeof stopLosses)[number];

/** A reason of the tree; parent 0 is its root. */
export type StopReason = { id: number; parentId: number; name: string; loss: StopLoss };

/** What a person said of a stop: `at` lies within it. */
export type StopReport = {
  stationId: number;
  at: number;
  reasonId: number;
  note: string;
  reportedBy: string;
  reportedAt: number;
};

const maxReasons = 200;
const maxNameLength = 100;
const maxNoteLength = 500;
const maxReports = 20_000;

export type StopReasons = {
  /** Those that can be chosen, in order; a removed one still names its stops. */
  list(siteId: number): Promise<StopReason[]>;
  find(id: number): Promise<StopReason | undefined>;
  /** Adds reasons below a parent. @throws AppError 'invalid' or 'conflict'. */
  add(siteId: number, reason: Omit<StopReason, 'id'>): Promise<void>;
  /** Takes a reason, and those below it, out of the choice. False when there was none. */
  remove(siteId: number, id: number): Promise<boolean>;
  /** Reports of stations within a window, in the order in which they were made. */
  listReports(stationIds: readonly number[], window: TimeWindow): Promise<StopReport[]>;
  /** @throws AppError 'invalid' for an unknown reason. */
  report(siteId: number, report: Omit<StopReport, 'reportedAt'>): Promise<void>;
};

export function createStopReasons(db: Db, clock: Clock): StopReasons {
  const { stopReasons: reasons, stopReports: reports } = db.tables;
  const columns = { id: reasons.id, parentId: reasons.parentId, name: reasons.name, loss: reasons.loss };
  const selectList = prepared((value: Placeholders<{ siteId: number; limit: number }>) =>
    db.read
      .select(columns)
      .from(reasons)
      .where(and(eq(reasons.siteId, value.siteId), isNull(reasons.removedAt)))
      .orderBy(asc(reasons.parentId), asc(reasons.position), asc(reasons.id))
      .limit(value.limit),
  );
  const selectOne = prepared((value: Placeholders<{ id: number }>) =>
    db.read.select(columns).from(reasons).where(eq(reasons.id, value.id)),
  );
  const selectReports = prepared(
    (
      value: Placeholders<{ stationIds: readonly number[]; fromAt: number; untilAt: number; limit: number }>,
    ) =>
      db.read
        .select({
          stationId: reports.stationId,
          at: reports.at,
          reasonId: reports.reasonId,
          note: reports.note,
          reportedBy: reports.reportedBy,
          reportedAt: reports.reportedAt,
        })
        .from(reports)
        .where(
          and(
            inArray(reports.stationId, value.stationIds),
            gte(reports.at, value.fromAt),
            lt(reports.at, value.untilAt),
          ),
        )
        .orderBy(asc(reports.reportedAt), asc(reports.id))
        .limit(value.limit),
  );
  const list = (siteId: number) => selectList({ siteId, limit: maxReasons });
  return {
    list,
    find: async (id) => (await selectOne({ id }))[0],
    add: async (siteId, { parentId, name: typed, loss }) => {
      const name = typed.normalize('NFC').trim();
      if (name === '' || name.length > maxNameLength || /\p{Cc}/u.test(name))
        throw new AppError('invalid', `A reason has a name of 1 to ${maxNameLength} characters.`, {
          details: { field: 'name' },
        });
      const known = await list(siteId);
      if (known.length >= maxReasons)
        throw new AppError('conflict', `There are ${maxReasons} reasons already. Remove some first.`);
      const parent = known.find(({ id }) => id === parentId);
      // Two levels: three taps are the most that a stop may cost at the machine.
      if (parentId !== 0 && parent?.parentId !== 0)
        throw new AppError('invalid', 'There is no such group of reasons.', { details: { field: 'parent' } });
      await db.tx((q) =>
        q.insert(reasons).values({ siteId, parentId, name, loss, position: known.length, removedAt: null }),
      );
    },
    remove: async (siteId, id) => {
      const known = (await list(siteId)).filter((one) => one.id === id || one.parentId === id);
      if (!known.some((one) => one.id === id)) return false;
      const ids = known.map((one) => one.id);
      await db.tx((q) =>
        q
          .update(reasons)
          .set({ removedAt: clock.now() })
          .where(and(eq(reasons.siteId, siteId), inArray(reasons.id, ids))),
      );
      return true;
    },
    listReports: async (stationIds, { startAt, endAt }) =>
      stationIds.length === 0
        ? []
        : selectReports({ stationIds, fromAt: startAt, untilAt: endAt, limit: maxReports }),
    report: async (siteId, report) => {
      const known = (await list(siteId)).some(({ id }) => id === report.reasonId);
      if (!known)
        throw new AppError('invalid', 'There is no such reason. Choose one of the list.', {
          details: { field: 'reason' },
        });
      await db.tx((q) =>
        q.insert(reports).values({
          ...report,
          note: report.note.slice(0, maxNoteLength),
          reportedBy: report.reportedBy.slice(0, 150),
          reportedAt: clock.now(),
        }),
      );
    },
  };
}
