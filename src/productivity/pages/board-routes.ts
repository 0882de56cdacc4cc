import { Hono } from 'hono';
import { redirectBack } from '../../kernel/http/back.ts';
import { csvResponse } from '../../kernel/http/csv.ts';
import type { AppEnv } from '../../kernel/http/env.ts';
import { isLetIn, may } from '../../kernel/http/guards/may.ts';
import type { Viewer } from '../../kernel/http/render.ts';
import { readSort, sortQuery } from '../../kernel/http/table-sort.ts';
import type { Fragment } from '../../kernel/stream/fragment.ts';
import { fragmentViewer, renderFragment, renderFragments } from '../../kernel/stream/page-fragments.ts';
import { dayMs } from '../../kernel/time/durations.ts';
import type { TimeWindow } from '../../plant/time-window.ts';
import {
  type AskedBoard,
  boardFilters,
  boardHref,
  boardSteps,
  keptOf,
  readAskedBoard,
} from '../asked-board.ts';
import type { Segment } from '../model.ts';
import { type BoardFacts, type BoardPage, boardTables, boardView } from './board-views.ts';
import type { ProductivityPageDeps } from './page-deps.ts';
import { stationRows, workerRows } from './productivity-csv.ts';

const path = '/productivity';
/** States are drawn moment by moment over at most this long; over more, how much of each there was. */
const longestDrawnMs = 8 * dayMs;

/** `/productivity`: what workers and workstations did in a window. */
export function boardRoutes(deps: ProductivityPageDeps): Hono<AppEnv> {
  const { renderer, topics, clock } = deps;
  topics.define({
    path: `${path}/board`,
    events: ['activity.recorded', 'plant.changed', 'plant.grown'],
    // Time passes without an event, too.
    everyMs: 60_000,
    render: (query, { lang }) => renderBoard(deps, query, fragmentViewer(query, lang)),
  });
  return new Hono<AppEnv>()
    .get(path, may('look'), async (c) => {
      const { searchParams } = new URL(c.req.url);
      const asked = readAskedBoard(deps, { ...asksFor(searchParams), kiosk: c.get('kiosk') });
      const carried = sortQuery(readSort(searchParams, boardTables));
      const view: BoardPage = {
        live: await renderFragments(
          topics,
          { board: boardHref(`${path}/board`, asked.query, carried) },
          c.get('lang'),
        ),
        filters: boardFilters(asked, path, carried),
        steps: boardSteps(asked, clock.now(), path, carried),
        window: asked.window,
        isAssumed: asked.isAssumed,
        kept: keptOf('persons', deps.reads.personsFrom(asked.siteId), asked.window),
        isDemo: deps.reads.isDemo(),
        mayChange: await isLetIn(c, 'administer'),
        csvHref: boardHref(`${path}/workers.csv`, asked.query),
        stationsCsvHref: boardHref(`${path}/workstations.csv`, asked.query),
        here: boardHref(path, asked.query, carried),
      };
      return renderer.render(c, 'productivity/page', { view, timeZone: asked.wallClock.timeZone });
    })
    .post(`${path}/demo`, may('administer', 'demo.seed'), async (c) => {
      await deps.demo.seed();
      return redirectBack(c, path);
    })
    .post(`${path}/demo/remove`, may('administer', 'demo.clear'), async (c) => {
      await deps.demo.clear();
      return redirectBack(c, path);
    })
    .get(`${path}/workers.csv`, may('look'), async (c) => {
      const asked = readAskedBoard(deps, asksFor(new URL(c.req.url).searchParams));
      const list = deps.people.areShown ? await deps.reads.workerMetrics(asked.siteId, asked.window) : [];
      return csvResponse(c, { fileName: csvName('workers', asked), ...workerRows(list, deps.people) });
    })
    .get(`${path}/workstations.csv`, may('look'), async (c) => {
      const asked = readAskedBoard(deps, asksFor(new URL(c.req.url).searchParams));
      const list = await deps.reads.workstationMetrics(asked.siteId, asked.window);
      return csvResponse(c, { fileName: csvName('workstations', asked), ...stationRows(list) });
    });
}

function asksFor(search: URLSearchParams): { search: URLSearchParams; kiosk: boolean } {
  return { search, kiosk: search.get('kiosk') === '1' };
}

/** Such as `linesight-workers-20250906-0800-20250906-1700.csv`, local times of the site. */
function csvName(table: string, { window, wallClock }: AskedBoard): string {
  const stamp = (at: number) => wallClock.format(at, 'minute').replaceAll(/[-:]/g, '').replace('T', '-');
  return `linesight-${table}-${stamp(window.startAt)}-${stamp(window.endAt)}.csv`;
}

async function renderBoard(
  deps: ProductivityPageDeps,
  search: URLSearchParams,
  topic: Viewer,
): Promise<Fragment> {
  const asked = readAskedBoard(deps, asksFor(search));
  const view = boardView(await readFacts(deps, asked, search));
  return renderFragment(
    deps.renderer,
    { ...topic, timeZone: asked.wallClock.timeZone },
    { containerId: 'productivity-board', template: 'productivity/_board', view },
  );
}

async function readFacts(
  deps: ProductivityPageDeps,
  asked: AskedBoard,
  search: URLSearchParams,
): Promise<BoardFacts> {
  const { reads, people, clock } = deps;
  const { siteId, window } = asked;
  const workers = await reads.workerMetrics(siteId, window);
  const workstations = await reads.workstationMetrics(siteId, window);
  return {
    asked,
    now: clock.now(),
    total: reads.totalOf(siteId, window, workers),
    workers,
    workstations,
    workerSegments: await readSegments(deps, asked, {
      workerIds: people.areShown ? workers.map(({ worker }) => worker.id) : [],
    }),
    stationSegments: await readSegments(deps, asked, {
      stationIds: workstations.map(({ workstation }) => workstation.stationId),
    }),
    isDrawn: isDrawn(window),
    people,
    sort: readSort(search, boardTables),
  };
}

function isDrawn({ startAt, endAt }: TimeWindow): boolean {
  return endAt - startAt <= longestDrawnMs;
}

/** Segments by worker or by station; none for a window too long to be drawn moment by moment. */
async function readSegments(
  { queries, clock }: ProductivityPageDeps,
  { window }: AskedBoard,
  of: { workerIds: number[] } | { stationIds: number[] },
): Promise<ReadonlyMap<number, readonly Segment[]>> {
  if (!isDrawn(window)) return new Map();
  const segments = await queries.listSegments(of, window, clock.now());
  return Map.groupBy(segments, ({ workerId, stationId }) => ('workerIds' in of ? workerId : stationId));
}
