import { and, asc, eq, gte, lt } from 'drizzle-orm';
import { type Placeholders, prepared } from '../../kernel/db/prepared.ts';
import { AppError } from '../../kernel/errors.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import { dayMs } from '../../kernel/time/durations.ts';
import type { TimeWindow } from '../../plant/time-window.ts';
import type { Db } from '../../schema/db.ts';

/** What one shift tells the next. An open question is handed on until somebody closes it. */
export type ShiftNote = {
  id: number;
  shiftStartAt: number;
  text: string;
  isOpen: boolean;
  writtenBy: string;
  writtenAt: number;
};

const maxLength = 2_000;
const maxListed = 100;
/** An open question older than this is none any more. */
const handedOnMs = 60 * dayMs;
/** The whole site rather than one of its lines. */
const wholeSite = 0;

export type ShiftNotes = {
  /** Notes of a shift, and open questions of the shifts before it, the oldest first. */
  list(siteId: number, shift: TimeWindow): Promise<{ notes: ShiftNote[]; handedOn: ShiftNote[] }>;
  /** @throws AppError 'invalid' for an empty or too long text. */
  add(siteId: number, note: Pick<ShiftNote, 'shiftStartAt' | 'text' | 'isOpen' | 'writtenBy'>): Promise<void>;
  /** Closes an open question. False when there was none. */
  close(siteId: number, id: number): Promise<boolean>;
};

export function createShiftNotes(db: Db, clock: Clock): ShiftNotes {
  const { shiftNotes: table } = db.tables;
  const columns = {
    id: table.id,
    shiftStartAt: table.shiftStartAt,
    text: table.text,
    isOpen: table.isOpen,
    writtenBy: table.writtenBy,
    writtenAt: table.writtenAt,
  };
  const selectOf = prepared((value: Placeholders<{ siteId: number; startAt: number; limit: number }>) =>
    db.read
      .select(columns)
      .from(table)
      .where(and(eq(table.siteId, value.siteId), eq(table.shiftStartAt, value.startAt)))
      .orderBy(asc(table.writtenAt), asc(table.id))
      .limit(value.limit),
  );
  const selectOpen = prepared(
    (value: Placeholders<{ siteId: number; fromAt: number; startAt: number; limit: number }>) =>
      db.read
        .select(columns)
        .from(table)
        .where(
          and(
            eq(table.siteId, value.siteId),
            gte(table.shiftStartAt, value.fromAt),
            lt(table.shiftStartAt, value.startAt),
          ),
        )
        .orderBy(asc(table.writtenAt), asc(table.id))
        .limit(value.limit),
  );
  return {
    list: async (siteId, { startAt }) => ({
      notes: await selectOf({ siteId, startAt, limit: maxListed }),
      handedOn: (
        await selectOpen({ siteId, fromAt: startAt - handedOnMs, startAt, limit: maxListed })
      ).filter(({ isOpen }) => isOpen),
    }),
    add: async (siteId, { shiftStartAt, text: typed, isOpen, writtenBy }) => {
      const text = typed.normalize('NFC').trim();
      if (text === '' || text.length > maxLength)
        throw new AppError('invalid', `A note has 1 to ${maxLength} characters.`, {
          details: { field: 'text' },
        });
      await db.tx((q) =>
        q.insert(table).values({
          siteId,
          lineId: wholeSite,
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
