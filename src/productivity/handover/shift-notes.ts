import { and, asc, eq, gte, lt, type SQL } from 'drizzle-orm';
import { type Placeholders, prepared } from '../../kernel/db/prepared.ts';
import { AppError } from '../../kernel/errors.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import { dayMs } from '../../kernel/time/durations.ts';
import type { TimeWindow } from '../../plant/time-window.ts';
import type { Db } from '../../schema/db.ts';

/** What one shift tells the next. An open question is handed on until somebody closes it. */
export type ShiftNote = {
  id: number;
  /** The line it is of; 0 for the whole site. */
  lineId: number;
  shiftStartAt: number;
  text: string;
  isOpen: boolean;
  writtenBy: string;
  writtenAt: number;
};

const maxLength = 2_000;
const maxListed = 100;
/** Of all lines of a site. */
const maxRead = 1_000;
/** An open question older than this is none any more. */
const handedOnMs = 60 * dayMs;
/** The whole site rather than one of its lines. */
const wholeSite = 0;

export type ShiftNotes = {
  /**
   * Notes of the shifts that began in this time, and open questions of those before, the oldest first: all of a site, or
   * those of one line and of the whole site.
   */
  list(
    siteId: number,
    shift: TimeWindow,
    lineId?: number,
  ): Promise<{ notes: ShiftNote[]; handedOn: ShiftNote[] }>;
  /** @throws AppError 'invalid' for an empty or too long text. */
  add(
    siteId: number,
    note: Pick<ShiftNote, 'shiftStartAt' | 'text' | 'isOpen' | 'writtenBy'> & { lineId?: number | undefined },
  ): Promise<void>;
  /** Closes an open question. False when there was none. */
  close(siteId: number, id: number): Promise<boolean>;
};

export function createShiftNotes(db: Db, clock: Clock): ShiftNotes {
  const { shiftNotes: table } = db.tables;
  const columns = {
    id: table.id,
    lineId: table.lineId,
    shiftStartAt: table.shiftStartAt,
    text: table.text,
    isOpen: table.isOpen,
    writtenBy: table.writtenBy,
    writtenAt: table.writtenAt,
  };
  type Span = { siteId: number; fromAt: number; untilAt: number; limit: number };
  const select = (value: Placeholders<Span>, isNarrowed?: SQL) =>
    db.read
      .select(columns)
      .from(table)
      .where(
        and(
          eq(table.siteId, value.siteId),
          gte(table.shiftStartAt, value.fromAt),
          lt(table.shiftStartAt, value.untilAt),
          isNarrowed,
        ),
      )
      .orderBy(asc(table.writtenAt), asc(table.id))
      .limit(value.limit);
  const selectAll = prepared((value: Placeholders<Span>) => select(value));
  const selectOpen = prepared((value: Placeholders<Span>) => select(value, eq(table.isOpen, true)));
  return {
    list: async (siteId, { startAt, endAt }, lineId) => {
      const isOfScope = (note: ShiftNote) =>
        lineId === undefined || note.lineId === lineId || note.lineId === wholeSite;
      const ofShift = await selectAll({ siteId, fromAt: startAt, untilAt: endAt, limit: maxRead });
      const before = { fromAt: startAt - handedOnMs, untilAt: startAt };
      const open = await selectOpen({ siteId, ...before, limit: maxRead });
      return {
        notes: ofShift.filter(isOfScope).slice(0, maxListed),
        handedOn: open.filter(isOfScope).slice(0, maxListed),
      };
    },
    add: async (siteId, { lineId = wholeSite, shiftStartAt, text: typed, isOpen, writtenBy }) => {
      const text = typed.normalize('NFC').trim();
      if (text === '' || text.length > maxLength)
        throw new AppError('invalid', `A note has 1 to ${maxLength} characters.`, {
          details: { field: 'text' },
        });
      await db.tx((q) =>
        q.insert(table).values({
          siteId,
          lineId,
          shiftStartAt,
          text,
          isOpen,
          writtenBy: writtenBy.slice(0, 150),
          writtenAt: clock.now(),
        }),
      );
    },
    close: async (siteId, id) =>
      db.tx(async (q) => {
        const same = and(eq(table.siteId, siteId), eq(table.id, id), eq(table.isOpen, true));
        const [row] = await q.select({ id: table.id }).from(table).where(same);
        if (row === undefined) return false;
        await q.update(table).set({ isOpen: false }).where(same);
        return true;
      }),
  };
}
