import { Hono } from 'hono';
import { nameOfPrincipal } from '../../kernel/auth/principal.ts';
import { AppError } from '../../kernel/errors.ts';
import type { AppEnv } from '../../kernel/http/env.ts';
import { readForm } from '../../kernel/http/form.ts';
import { isLetIn, may, noteChange } from '../../kernel/http/guards/may.ts';
import { atFixedTimes } from '../../plant/links.ts';
import type { Shift } from '../../plant/shifts/shift-calendar.ts';
import { boardHref, readAskedBoard } from '../asked-board.ts';
import type { ShiftNote } from '../handover/shift-notes.ts';
import type { Oee } from '../oee/oee.ts';
import {
  madeOf,
  type OeeRow,
  type OeeTone,
  oeeRows,
  oeeTone,
  type ReasonBar,
  reasonBars,
  type ShiftsPage,
  totalOee,
} from './oee-views.ts';
import type { ProductivityPageDeps } from './page-deps.ts';
import { lineOf, shiftsPage } from './shift-page.ts';

const path = '/productivity/handover';

/** `line` is named where the page covers more than that. */
type HandoverNote = ShiftNote & { line: string };

/** One shift on one page, for whoever takes over. Template: productivity/handover. */
export type HandoverPage = ShiftsPage & {
  shift: Shift | null;
  isRunning: boolean;
  total: Oee;
  /** All units of the shift, and how many of them outside planned time. */
  made: number;
  madeOutside: number;
  tone: OeeTone;
  targetNow: number | null;
  rows: OeeRow[];
  reasons: ReasonBar[];
  stopCount: number;
  /** Planned time that stops took. */
  stoppedMs: number;
  notes: HandoverNote[];
  handedOn: HandoverNote[];
  previousShiftHref: string | null;
  mayWrite: boolean;
};

/** `/productivity/handover`: output, effectiveness, stops and notes of a shift. */
export function handoverRoutes(deps: ProductivityPageDeps): Hono<AppEnv> {
  const { renderer, oee, notes, clock } = deps;
  return new Hono<AppEnv>()
    .get(path, may('look'), async (c) => {
      const asked = readAskedBoard(deps, { search: new URL(c.req.url).searchParams, kiosk: c.get('kiosk') });
      const now = clock.now();
      const { siteId, planned, wallClock } = asked;
      // Of a period the shift that runs, or its last one; before today's first shift the one before.
      const shift =
        planned.shiftsIn(asked.window).findLast(({ startAt }) => startAt <= now) ??
        planned.shiftAt(asked.window.endAt);
      const list = shift ? await oee.readShift(siteId, shift, { lineId: asked.line?.id }) : [];
      const stops = list
        .filter(({ isJudged }) => isJudged)
        .flatMap(({ shifts }) => shifts.flatMap((one) => one.stops));
      const total = totalOee(list);
      const targets = list.filter(({ isJudged }) => isJudged).map(({ targetNow }) => targetNow);
      const before = shift && planned.shiftAt(shift.startAt - 1);
      const written = shift ? await notes.list(siteId, shift, asked.line?.id) : { notes: [], handedOn: [] };
      const named = (note: ShiftNote): HandoverNote => ({
        ...note,
        line: asked.line ? '' : (deps.lines.get(note.lineId)?.name ?? ''),
      });
      const view: HandoverPage = {
        ...shiftsPage(deps, asked, path),
        window: shift ?? asked.window,
        shift: shift ?? null,
        isRunning: shift !== undefined && now < shift.endAt,
        total,
        ...madeOf(list),
        tone: oeeTone(total.oee),
        targetNow: targets.includes(null)
          ? null
          : targets.reduce<number>((sum, target) => sum + (target ?? 0), 0),
        rows: oeeRows(list, (station) => boardHref('/productivity/stops', asked.query, { station })).filter(
          ({ isJudged }) => isJudged,
        ),
        reasons: reasonBars(stops),
        stopCount: stops.length,
        stoppedMs: stops.reduce((sum, { plannedMs }) => sum + plannedMs, 0),
        notes: written.notes.map(named),
        handedOn: written.handedOn.map(named),
        previousShiftHref: before
          ? boardHref(path, atFixedTimes(asked.query, before, wallClock), lineOf(asked))
          : null,
        mayWrite: await isLetIn(c, 'operate'),
      };
      return renderer.render(c, 'productivity/handover', { view, timeZone: wallClock.timeZone });
    })
    .post(`${path}/notes`, may('operate', 'handover.note'), async (c) => {
      const form = await readForm(c);
      const siteId = deps.reads.siteId();
      const line = form.line ? deps.lines.find(siteId, String(form.line)) : undefined;
      if (form.close !== undefined) {
        if (!(await notes.close(siteId, Number(form.close))))
          throw new AppError('not_found', 'There is no such open question, or it was closed already.');
      } else {
        const shiftStartAt = Number(form.shift);
        const isInstant =
          Number.isSafeInteger(shiftStartAt) && shiftStartAt >= 0 && shiftStartAt <= clock.now();
        const at = { startAt: shiftStartAt, endAt: shiftStartAt + 1 };
        const isShift =
          isInstant &&
          deps.reads
            .plannedOf(siteId, line?.id)
            .shiftsIn(at)
            .some(({ startAt }) => startAt === shiftStartAt);
        if (!isShift)
          throw new AppError('invalid', 'There is no such shift any more. Open the page again.', {
            details: { field: 'shift' },
          });
        await notes.add(siteId, {
          shiftStartAt,
          lineId: line?.id,
          text: String(form.text ?? ''),
          isOpen: form.open !== undefined,
          writtenBy: nameOfPrincipal(c.get('principal')),
        });
      }
      noteChange(c, { target: String(form.close ?? form.shift) });
      const search = line ? `?${new URLSearchParams({ line: line.name })}` : '';
      return c.redirect(`${path}${search}#notes-title`, 303);
    });
}
