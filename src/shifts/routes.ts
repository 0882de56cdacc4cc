import { Hono } from 'hono';
import { z } from 'zod';
import { nameOfPrincipal } from '../kernel/auth/principal.ts';
import { AppError } from '../kernel/errors.ts';
import { documented } from '../kernel/http/api-doc.ts';
import type { AppContext, AppEnv } from '../kernel/http/env.ts';
import { readForm } from '../kernel/http/form.ts';
import { bodySizeLimit } from '../kernel/http/guards/limits.ts';
import { isLetIn, may, noteChange } from '../kernel/http/guards/may.ts';
import type { Renderer } from '../kernel/http/render.ts';
import type { I18n } from '../kernel/i18n/i18n.ts';
import type { Clock } from '../kernel/time/clock.ts';
import type { Lines } from '../plant/resources/lines.ts';
import type { DatedPlan } from '../plant/shifts/shift-calendar.ts';
import { dateOfDay, dayOfDate, maxCycleDays, shiftPlanSchema } from '../plant/shifts/shift-plan.ts';
import type { SavedPlan, ShiftPlans } from '../plant/shifts/shift-plans.ts';
import type { Sites } from '../plant/sites.ts';
import {
  cycleShown,
  planOf,
  readShiftForm,
  type ShiftFormFault,
  spareRows,
  type TypedPlan,
  typedOfPlan,
} from './read-shift-form.ts';
import {
  dayAt,
  drawWeek,
  isWeekFromMonday,
  mondayOf,
  newPlan,
  type ShiftsPage,
  templates,
  weekDays,
  workdays,
} from './views.ts';

export type ShiftDeps = {
  lines: Lines;
  shifts: ShiftPlans;
  sites: Sites;
  renderer: Renderer;
  i18n: I18n;
  clock: Clock;
  /** Plans have changed: whatever says when the plant works is told. */
  onChanged: () => void;
};

export const shiftsPath = '/plant/shifts';
const path = shiftsPath;
/** A year of days that differ, with names in any script, and all downtimes. */
const maxFormBytes = 512 * 1024;
const listDoc = documented({
  tag: 'Plant',
  summary: 'Shift plans',
  description: 'Each plan holds from its date until the next one’s. Times are local times of the site.',
  answer: z.object({
    timeZone: z.string(),
    plans: z.array(
      z.object({
        line: z.string().nullable().describe('The line whose plan it is; null is the whole site'),
        fromDate: z.string().describe('Local date from which the plan holds'),
        plan: shiftPlanSchema,
        setBy: z.string(),
        setAt: z.number().describe('Epoch ms'),
      }),
    ),
  }),
  example: { path: '/api/v1/plant/shifts' },
});

/** `/plant/shifts`: when the own site works. Everybody looks, an administrator changes it. */
export function shiftRoutes(deps: ShiftDeps): Hono<AppEnv> {
  const { shifts, sites, onChanged } = deps;
  const siteId = sites.own.id;
  const byOf = (c: AppContext) => nameOfPrincipal(c.get('principal'));

  return (
    new Hono<AppEnv>()
      .get('/api/v1/plant/shifts', may('look'), listDoc, (c) =>
        c.json({
          timeZone: sites.own.timeZone,
          plans: [{ id: 0, name: null }, ...deps.lines.list(siteId)].flatMap(({ id, name: line }) =>
            shifts
              .list(siteId, id)
              .map(({ fromDate, plan, setBy, setAt }) => ({ line, fromDate, plan, setBy, setAt })),
          ),
        }),
      )
      .get(path, may('look'), (c) => show(deps, c, { line: lineOf(deps, c.req.query('line')) }))
      .post(path, may('administer', 'shifts.set'), bodySizeLimit(maxFormBytes), async (c) => {
        const form = await readForm(c);
        const line = lineOf(deps, form.line);
        const typed = readShiftForm(form);
        const read = planOf(typed);
        // Another process may have saved one a moment ago.
        await shifts.refresh();
        const plans = shifts.list(siteId, line.id);
        const fault = 'fault' in read ? read.fault : findConflict(typed, read.dated, plans);
        if ('fault' in read || fault) {
          if (!c.req.header('accept')?.includes('text/html')) throw refusalOf(fault!, deps.i18n);
          return show(deps, c, { line, typed, fault: fault! });
        }
        const { dated } = read;
        const before = plans.find(({ fromDate }) => fromDate === dated.fromDate);
        await shifts.set(siteId, dated, byOf(c), line.id);
        noteChange(c, {
          target: targetOf(line, dated.fromDate),
          before: before?.plan ?? null,
          after: dated.plan,
        });
        onChanged();
        return c.redirect(hrefOf(line, { done: 'set' }), 303);
      })
      // The form with the days of another cycle; nothing is saved.
      .post(`${path}/draft`, may('look'), bodySizeLimit(maxFormBytes), async (c) => {
        const form = await readForm(c);
        return show(deps, c, { line: lineOf(deps, form.line), typed: readShiftForm(form) });
      })
      .post(`${path}/remove`, may('administer', 'shifts.remove'), async (c) => {
        const { fromDate, line: lineId } = await readForm(c);
        const line = lineOf(deps, lineId);
        const removed = shifts.list(siteId, line.id).find((plan) => plan.fromDate === fromDate);
        if (removed === undefined || !(await shifts.remove(siteId, removed.fromDate, line.id)))
          throw new AppError(
            'not_found',
            'There is no shift plan from that date, or it was removed already.',
          );
        noteChange(c, { target: targetOf(line, removed.fromDate), before: removed.plan, after: null });
        onChanged();
        return c.redirect(hrefOf(line, { done: 'remove' }), 303);
      })
  );
}

/** The line whose shifts are meant; 0 is the whole site. */
type ShiftLine = { id: number; name: string };

/** @throws AppError 'not_found' for a line of no or of another site. */
function lineOf({ lines, sites }: ShiftDeps, asked: unknown): ShiftLine {
  const id = Number(typeof asked === 'string' ? asked : '') || 0;
  const line = lines.get(id);
  if (id !== 0 && line?.siteId !== sites.own.id)
    throw new AppError('not_found', 'There is no such line at this site, or it was removed.');
  return { id, name: line?.name ?? '' };
}

function targetOf({ name }: ShiftLine, fromDate: string): string {
  return name === '' ? fromDate : `${name} · ${fromDate}`;
}

function hrefOf({ id }: ShiftLine, more: Record<string, string>): string {
  const search = new URLSearchParams(id === 0 ? more : { line: String(id), ...more });
  return search.size === 0 ? path : `${path}?${search}`;
}

/** For programs; people see the form again. */
function refusalOf(fault: ShiftFormFault, i18n: I18n): AppError {
  const t = i18n.t('en');
  const label = 'field' in fault ? t(`shifts.fields.${fault.field}`) : '';
  return new AppError('invalid', t(`shifts.faults.${fault.key}`, { ...fault, label }));
}

/** What stands against a plan besides itself: somebody else's change, and dates that another plan rules. */
function findConflict(
  { edited, changed }: TypedPlan,
  { fromDate, plan }: DatedPlan,
  plans: readonly SavedPlan[],
): ShiftFormFault | undefined {
  const there = plans.find((one) => one.fromDate === fromDate);
  if (there && edited !== fromDate) return { key: 'dateTaken', date: fromDate };
  if (there ? String(there.setAt) !== changed : edited === fromDate) return { key: 'changedMeanwhile' };
  const next = plans.find((one) => one.fromDate > fromDate);
  const beyond = next && plan.exceptions.find((day) => day.shifts.length > 0 && day.date >= next.fromDate);
  return beyond && { key: 'dateOfOtherPlan', date: beyond.date, fromDate: next.fromDate };
}

async function show(
  { lines, shifts, sites, renderer, i18n, clock }: ShiftDeps,
  c: AppContext,
  { line, typed, fault = null }: { line: ShiftLine; typed?: TypedPlan; fault?: ShiftFormFault | null },
): Promise<Response> {
  const { wallClock } = sites;
  const now = clock.now();
  const today = wallClock.format(now, 'date');
  const plans = shifts.list(sites.own.id, line.id);
  const calendar = shifts.calendarOf(sites.own.id, line.id);
  const inForce = plans.findLast(({ fromDate }) => fromDate <= today);
  const edited = plans.find(({ fromDate }) => fromDate === c.req.query('edit')) ?? inForce ?? plans[0];
  const asked = (Object.keys(templates) as (keyof typeof templates)[]).find(
    (key) => key === c.req.query('like'),
  );
  const template = asked ?? 'one';
  const t = i18n.t(c.get('lang'));
  const names = template === 'one' ? ['day'] : ['early', 'late', 'night'];
  const fresh = () =>
    newPlan(
      template,
      names.map((name) => t(`shifts.names.${name}`)),
      today,
    );
  const shown = typed ?? (edited && asked === undefined ? typedOfPlan(edited) : fresh());
  // What is drawn now is what will be ticked.
  const form = { ...shown, shownCycle: cycleShown(shown) };
  const monday = mondayOf(dayOfDate(c.req.query('week') ?? '') ?? dayAt(now, wallClock));
  // A line without plans of its own works as its site does.
  const ofSite = line.id === 0 ? [] : shifts.list(sites.own.id);
  const drawn = plans.length > 0 ? plans : ofSite;
  const days = calendar ? drawWeek(calendar, drawn, { monday, now, wallClock }) : [];
  const weekHref = (dayNumber: number) => hrefOf(line, { week: dateOfDay(dayNumber) });
  const cycleDays = Math.min(maxCycleDays, Math.max(1, Math.trunc(Number(form.cycleDays)) || weekDays));
  const view: ShiftsPage = {
    here: path,
    days,
    plannedMs: days.reduce((sum, { shifts: of }) => sum + of.reduce((ms, one) => ms + one.plannedMs, 0), 0),
    previousHref: weekHref(monday - weekDays),
    nextHref: weekHref(monday + weekDays),
    line,
    lines: lines.list(sites.own.id).map(({ id, name }) => ({
      id,
      name,
      href: hrefOf({ id, name }, {}),
      hasPlans: shifts.list(sites.own.id, id).length > 0,
    })),
    isOfSite: plans.length === 0 && ofSite.length > 0,
    likeHref: hrefOf(line, {}),
    hasCalendar: calendar !== undefined,
    plans: plans.map(({ fromDate, setBy, setAt }) => ({
      fromDate,
      setBy,
      setAt,
      isInForce: fromDate === inForce?.fromDate,
      editHref: `${hrefOf(line, { edit: fromDate })}#plan-title`,
    })),
    form,
    spare: spareRows,
    cycleDays: Array.from({ length: cycleDays }, (_, i) => i + 1),
    usualDays: isWeekFromMonday(form) ? workdays : [],
    isWeek: isWeekFromMonday(form),
    fault,
    done: (['set', 'remove'] as const).find((done) => done === c.req.query('done')) ?? null,
    mayChange: await isLetIn(c, 'administer'),
  };
  return renderer.render(c, 'shifts/page', { view }, fault ? 400 : 200);
}
