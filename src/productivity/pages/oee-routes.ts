import { Hono } from 'hono';
import { nameOfPrincipal } from '../../kernel/auth/principal.ts';
import { AppError } from '../../kernel/errors.ts';
import type { AppEnv } from '../../kernel/http/env.ts';
import { readForm } from '../../kernel/http/form.ts';
import { isLetIn, may, noteChange } from '../../kernel/http/guards/may.ts';
import type { Viewer } from '../../kernel/http/render.ts';
import type { Fragment } from '../../kernel/stream/fragment.ts';
import { fragmentViewer, renderFragment, renderFragments } from '../../kernel/stream/page-fragments.ts';
import { secondMs } from '../../kernel/time/durations.ts';
import { type AskedBoard, boardHref, readAskedBoard } from '../asked-board.ts';
import type { StationOee } from '../oee/oee-reads.ts';
import {
  type HoursPage,
  type HoursView,
  hourRows,
  type LineRow,
  lossBars,
  madeOf,
  type OeePage,
  oeeRows,
  oeeTone,
  totalOee,
} from './oee-views.ts';
import type { ProductivityPageDeps } from './page-deps.ts';
import { askedStation, lineOf, shiftsPage } from './shift-page.ts';

const oeePath = '/productivity/oee';
const hoursPath = '/productivity/hours';

/** `/productivity/oee`: effectiveness by station; `/productivity/hours`: the hours of a shift. */
export function oeeRoutes(deps: ProductivityPageDeps): Hono<AppEnv> {
  const { renderer, topics, oee, cycles, names, clock } = deps;
  topics.define({
    path: `${hoursPath}/board`,
    events: ['activity.recorded', 'inspections.recorded', 'plant.changed', 'plant.grown'],
    // The running hour goes on without an event, too.
    everyMs: 60_000,
    render: (query, { lang }) => renderHours(deps, query, fragmentViewer(query, lang)),
  });
  return new Hono<AppEnv>()
    .get(oeePath, may('look'), async (c) => {
      const asked = readAskedBoard(deps, { search: new URL(c.req.url).searchParams, kiosk: c.get('kiosk') });
      const list = await oee.read(asked.siteId, asked.window, { lineId: asked.line?.id });
      const total = totalOee(list);
      const stations = oee.listStations(asked.siteId);
      const nameOf = (id: number) => stations.find(({ stationId }) => stationId === id)?.name ?? '–';
      const view: OeePage = {
        ...shiftsPage(deps, asked, oeePath),
        total,
        tone: oeeTone(total.oee),
        losses: lossBars(total),
        lineRows: asked.line ? [] : lineRows(deps, asked, list),
        rows: oeeRows(list, (station) => boardHref('/productivity/stops', asked.query, { station })),
        cycles: cycles.listInForce(clock.now(), asked.siteId).map(({ stationId, partId, cycleMs }) => ({
          station: stationId === 0 ? null : nameOf(stationId),
          model: partId === 0 ? null : names.partName(partId),
          seconds: (cycleMs ?? 0) / secondMs,
          scope: `${stationId}:${partId}`,
        })),
        stations: stations.map(({ stationId: id, name }) => ({ id, name })),
        models: names.listParts(),
        mayChange: await isLetIn(c, 'administer'),
      };
      return renderer.render(c, 'productivity/oee', { view, timeZone: asked.wallClock.timeZone });
    })
    .post(`${oeePath}/cycles`, may('administer', 'cycles.set'), async (c) => {
      const form = await readForm(c);
      const siteId = deps.reads.siteId();
      const [stationId, partId] = readScope(deps, siteId, form);
      const isRemoved = form.remove !== undefined;
      const seconds = Number(String(form.seconds ?? '').replace(',', '.'));
      if (!isRemoved && !(seconds > 0))
        throw new AppError('invalid', 'Give the seconds that one unit takes, such as 12.5.', {
          details: { field: 'seconds' },
        });
      const cycleMs = isRemoved ? null : seconds * secondMs;
      await cycles.set({ siteId, stationId, partId }, { cycleMs, by: nameOfPrincipal(c.get('principal')) });
      deps.forgetShifts();
      noteChange(c, { target: `${stationId}:${partId}`, after: cycleMs });
      return c.redirect(`${oeePath}#cycles-title`, 303);
    })
    .get(hoursPath, may('look'), async (c) => {
      const { searchParams } = new URL(c.req.url);
      const asked = readAskedBoard(deps, { search: searchParams, kiosk: c.get('kiosk') });
      const carried = { station: askedStation(deps, asked, searchParams)?.name ?? '' };
      const view: HoursPage = {
        ...shiftsPage(deps, asked, hoursPath, carried),
        live: await renderFragments(
          topics,
          { hours: boardHref(`${hoursPath}/board`, asked.query, { ...carried, ...lineOf(asked) }) },
          c.get('lang'),
        ),
        stations: oee.listStations(asked.siteId, asked.line?.id).map(({ name }) => name),
        station: carried.station,
      };
      return renderer.render(c, 'productivity/hours', { view, timeZone: asked.wallClock.timeZone });
    });
}

async function renderHours(
  deps: ProductivityPageDeps,
  search: URLSearchParams,
  topic: Viewer,
): Promise<Fragment> {
  const { oee, clock, renderer } = deps;
  const asked = readAskedBoard(deps, { search, kiosk: search.get('kiosk') === '1' });
  const station = askedStation(deps, asked, search);
  const now = clock.now();
  // The shift that runs, or the last one of the window.
  const shift = asked.planned.shiftsIn(asked.window).findLast(({ startAt }) => startAt <= now);
  const scope = { stationId: station?.stationId, lineId: asked.line?.id };
  const list = shift ? await oee.readShift(asked.siteId, shift, scope) : [];
  const judged = list.filter(({ isJudged }) => isJudged);
  const hours = hourRows(list, now);
  const total = madeOf(list);
  const view: HoursView = {
    window: shift ?? asked.window,
    shiftName: shift?.name ?? '',
    hours,
    total: {
      target: sumOf(judged.map(({ targetNow }) => targetNow)),
      wholeTarget: sumOf(judged.flatMap(({ shifts }) => shifts.map(({ target }) => target))),
      actual: total.made,
      outside: total.madeOutside,
    },
    scopeName: station?.name ?? asked.line?.name ?? '',
    hasStations: judged.length > 0,
  };
  return renderFragment(
    renderer,
    { ...topic, timeZone: asked.wallClock.timeZone },
    { containerId: 'productivity-hours', template: 'productivity/_hours', view },
  );
}

/** Lines with stations that are judged, the least effective first. */
function lineRows(
  { lines }: ProductivityPageDeps,
  asked: AskedBoard,
  list: readonly StationOee[],
): LineRow[] {
  return lines
    .list(asked.siteId)
    .map(({ id, name }) => ({ name, stations: list.filter((one) => one.lineId === id && one.isJudged) }))
    .filter(({ stations }) => stations.length > 0)
    .map(({ name, stations }) => {
      const total = totalOee(stations);
      return {
        name,
        oee: total,
        tone: oeeTone(total.oee),
        href: boardHref(oeePath, asked.query, { line: name }),
      };
    })
    .sort((a, b) => (a.oee.oee ?? 2) - (b.oee.oee ?? 2));
}

/** The sum, null where any is missing. */
function sumOf(values: readonly (number | null)[]): number | null {
  return values.includes(null) ? null : values.reduce<number>((all, one) => all + (one ?? 0), 0);
}

/** Station and model of the form; 0 for all. @throws AppError 'invalid' for one that is none. */
function readScope(
  { oee, names }: ProductivityPageDeps,
  siteId: number,
  form: Record<string, unknown>,
): [number, number] {
  const [stationId, partId] = String(form.scope ?? `${form.station || 0}:${form.model || 0}`)

    .split(':')
    .map(Number);
  const isStation = stationId === 0 || oee.listStations(siteId).some((one) => one.stationId === stationId);
  const isModel = partId === 0 || names.listParts().some(({ id }) => id === partId);
  if (!isStation || !isModel)
    throw new AppError('invalid', 'There is no such station or model. Choose one of the lists.', {
      details: { field: isStation ? 'model' : 'station' },
    });
  return [stationId ?? 0, partId ?? 0];
}
