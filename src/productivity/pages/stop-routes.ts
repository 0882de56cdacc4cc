import { Hono } from 'hono';
import { nameOfPrincipal } from '../../kernel/auth/principal.ts';
import { AppError } from '../../kernel/errors.ts';
import { csvResponse } from '../../kernel/http/csv.ts';
import type { AppContext, AppEnv } from '../../kernel/http/env.ts';
import { readForm } from '../../kernel/http/form.ts';
import { isLetIn, may, noteChange } from '../../kernel/http/guards/may.ts';
import { minuteMs } from '../../kernel/time/durations.ts';
import { linkTime, stationHref } from '../../plant/links.ts';
import { type AskedBoard, boardHref, readAskedBoard } from '../asked-board.ts';
import type { OeeScope } from '../oee/oee-reads.ts';
import { type StopLoss, stopLosses } from '../stops/stop-reasons.ts';
import { type ReportPage, reasonBars, type StopRow, type StopsPage } from './oee-views.ts';
import type { ProductivityPageDeps } from './page-deps.ts';
import { askedStation, lineOf, shiftsPage } from './shift-page.ts';
import { usualReasons } from './usual-reasons.ts';

const path = '/productivity/stops';
const reportPath = `${path}/report`;
/** Stops on a page; of more, the newest. */
const maxShown = 300;
/** Stops offered at the machine. */
const maxOffered = 6;
/** Images around the begin of a stop. */
const evidenceMs = 5 * minuteMs;

/** `/productivity/stops`: why stations stood, and what people at the machine say of it. */
export function stopRoutes(deps: ProductivityPageDeps): Hono<AppEnv> {
  const { renderer, oee, reasons, i18n } = deps;
  const ask = (c: AppContext) =>
    readAskedBoard(deps, { search: new URL(c.req.url).searchParams, kiosk: c.get('kiosk') });
  return new Hono<AppEnv>()
    .get(path, may('look'), async (c) => {
      const asked = ask(c);
      const station = askedStation(deps, asked, new URL(c.req.url).searchParams);
      const list = (await oee.read(asked.siteId, asked.window, scopeOf(asked, station?.stationId))).filter(
        ({ isJudged }) => isJudged,
      );
      const stops = await readStops(deps, asked, station?.stationId);
      const carried = { station: station?.name ?? '' };
      const view: StopsPage = {
        ...shiftsPage(deps, asked, path, carried),
        stations: oee.listStations(asked.siteId, asked.line?.id).map(({ name }) => name),
        station: carried.station,
        stops: stops.slice(0, maxShown),
        moreCount: Math.max(0, stops.length - maxShown),
        reasons: reasonBars(stops),
        minorCount: list.reduce(
          (sum, { shifts }) => sum + shifts.reduce((of, one) => of + one.minorCount, 0),
          0,
        ),
        csvHref: boardHref(`${path}.csv`, asked.query, { ...carried, ...lineOf(asked) }),
        tree: await reasons.list(asked.siteId),
        mayChange: await isLetIn(c, 'administer'),
        mayReport: await isLetIn(c, 'operate'),
      };
      return renderer.render(c, 'productivity/stops', { view, timeZone: asked.wallClock.timeZone });
    })
    .get(`${path}.csv`, may('look'), async (c) => {
      const asked = ask(c);
      const station = askedStation(deps, asked, new URL(c.req.url).searchParams);
      const stops = await readStops(deps, asked, station?.stationId);
      const time = (at: number) => asked.wallClock.format(at, 'second').replace('T', ' ');
      return csvResponse(c, {
        fileName: 'linesight-stops.csv',
        columns: [
          'station',
          'start',
          'end',
          'planned_min',
          'loss',
          'change_over',
          'reason',
          'note',
          'reported_by',
        ],
        rows: stops.map((stop) => [
          stop.station,
          time(stop.startAt),
          stop.isOpen ? '' : time(stop.endAt),
          Number((stop.plannedMs / minuteMs).toFixed(2)),
          stop.loss,
          stop.isChangeOver ? 1 : 0,
          stop.reason?.name ?? '',
          stop.report?.note ?? '',
          stop.report?.reportedBy ?? '',
        ]),
      });
    })
    .get(reportPath, may('look'), async (c) => {
      const asked = ask(c);
      const view = await readReport(deps, asked, new URL(c.req.url).searchParams);
      return renderer.render(c, 'productivity/report', {
        view: { ...view, mayChange: await isLetIn(c, 'administer') },
        timeZone: asked.wallClock.timeZone,
      });
    })
    .post(reportPath, may('operate', 'stops.report'), async (c) => {
      const form = await readForm(c);
      const siteId = deps.reads.siteId();
      const station = oee.listStations(siteId).find(({ stationId }) => String(stationId) === form.station);
      const at = Number(form.at);
      if (station === undefined || !Number.isSafeInteger(at) || at < 0)
        throw new AppError('invalid', 'There is no such stop any more. Choose it again.', {
          details: { field: 'station' },
        });
      const reportedBy = nameOfPrincipal(c.get('principal'));
      const report = {
        stationId: station.stationId,
        at,
        reasonId: Number(form.reason),
        note: String(form.note ?? '').trim(),
        reportedBy,
      };
      await reasons.report(siteId, report);
      deps.forgetShifts();
      noteChange(c, { target: station.name, after: report });
      return c.redirect(form.back === 'list' ? path : `${reportPath}?done=1`, 303);
    })
    .post(`${path}/reasons`, may('administer', 'stops.reasons'), async (c) => {
      const form = await readForm(c);
      const siteId = deps.reads.siteId();
      if (form.usual !== undefined) await usualReasons(reasons, siteId, i18n.t(c.get('lang')));
      else if (form.remove !== undefined) {
        if (!(await reasons.remove(siteId, Number(form.remove))))
          throw new AppError('not_found', 'There is no such reason, or it was removed already.');
      } else {
        const loss = stopLosses.find((one) => one === form.loss) ?? ('breakdown' satisfies StopLoss);
        await reasons.add(siteId, {
          parentId: Number(form.parent ?? 0),
          name: String(form.name ?? ''),
          loss,
        });
      }
      noteChange(c, { target: String(form.name ?? form.remove ?? 'usual') });
      return c.redirect(`${path}#reasons-title`, 303);
    });
}

const scopeOf = (asked: AskedBoard, stationId: number | undefined): OeeScope => ({
  stationId,
  lineId: asked.line?.id,
});

/** Stops of the stations that are judged, newest first. */
async function readStops(
  deps: ProductivityPageDeps,
  asked: AskedBoard,
  stationId: number | undefined,
): Promise<StopRow[]> {
  const { oee, names, reads } = deps;
  const { wallClock } = asked;
  const list = await oee.read(asked.siteId, asked.window, scopeOf(asked, stationId));
  return list
    .filter(({ isJudged }) => isJudged)
    .flatMap(({ name, shifts }) =>
      shifts.flatMap(({ stops }) =>
        stops.map((stop): StopRow => {
          const around = {
            period: 'custom' as const,
            start: linkTime(stop.startAt - evidenceMs, wallClock),
            end: linkTime(stop.startAt + evidenceMs, wallClock),
          };
          const hasImages =
            !reads.isDemo() && names.isShown(stop.stationId) && names.stationName(stop.stationId) === name;
          return {
            ...stop,
            station: name,
            evidenceHref: hasImages ? stationHref(name, around) : null,
            reportHref: reportHref(stop.stationId, stop.startAt),
          };
        }),
      ),
    )
    .sort((a, b) => b.startAt - a.startAt);
}

function reportHref(stationId: number, at: number, more: Record<string, string> = {}): string {
  return `${reportPath}?${new URLSearchParams({ station: String(stationId), at: String(at), ...more })}`;
}

async function readReport(
  deps: ProductivityPageDeps,
  asked: AskedBoard,
  search: URLSearchParams,
): Promise<Omit<ReportPage, 'mayChange'>> {
  const tree = await deps.reasons.list(asked.siteId);
  const stops = await readStops(deps, asked, undefined);
  const at = Number(search.get('at'));
  const chosen = stops.find(
    (stop) => String(stop.stationId) === search.get('station') && at >= stop.startAt && at < stop.endAt,
  );
  const group = tree.find(({ id }) => String(id) === search.get('group'));
  const unexplained = stops.filter(({ report }) => report === null);
  const step = chosen === undefined ? (unexplained.length > 0 ? 'stop' : 'none') : group ? 'reason' : 'group';
  return {
    step,
    stops: unexplained.slice(0, maxOffered).map((stop) => ({ ...stop, href: stop.reportHref })),
    chosen: chosen
      ? {
          station: chosen.station,
          stationId: chosen.stationId,
          at,
          startAt: chosen.startAt,
          endAt: chosen.isOpen ? null : chosen.endAt,
        }
      : null,
    groups: tree
      .filter(({ parentId }) => parentId === 0)
      .map((one) => ({
        ...one,
        isLeaf: !tree.some(({ parentId }) => parentId === one.id),
        href: chosen ? reportHref(chosen.stationId, at, { group: String(one.id) }) : reportPath,
      })),
    reasons: tree.filter(({ parentId }) => group !== undefined && parentId === group.id),
    backHref:
      group && chosen ? reportHref(chosen.stationId, at) : chosen ? reportPath : boardHref(path, asked.query),
    hasReasons: tree.length > 0,
    here: reportPath,
  };
}
