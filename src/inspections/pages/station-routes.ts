import { Hono } from 'hono';
import type { AppContext, AppEnv } from '../../kernel/http/env.ts';
import { may } from '../../kernel/http/guards/may.ts';
import { fragmentViewer, renderFragments } from '../../kernel/stream/page-fragments.ts';
import { type PageQuery, pageHref, stationHref } from '../../plant/links.ts';
import { filterForm } from '../../plant/page-filters.ts';
import type { InspectionDeps } from '../deps.ts';
import { readStationAlarms } from './station-alarms.ts';
import {
  type AskedStation,
  readAskedStation,
  readHistory,
  readStationGaps,
  readStationHourTable,
  readStationParts,
  readStationSummary,
} from './station-page.ts';
import { readStationTrend } from './station-trend.ts';
import { type StationPage, type StationPanel, type StationWallPage, tableQuery } from './station-views.ts';
import { readStationWall } from './walls/station-wall.ts';

const readers = {
  summary: readStationSummary,
  alarms: readStationAlarms,
  trend: readStationTrend,
  parts: readStationParts,
  hours: readStationHourTable,
  gaps: readStationGaps,
  wall: readStationWall,
} as const satisfies Record<StationPanel | 'wall', unknown>;

/** A station's page; all its panels but the history are streamed fragments `/station/<panel>?station=…`. */
export function stationRoutes(deps: InspectionDeps): Hono<AppEnv> {
  for (const panel of Object.keys(readers) as (keyof typeof readers)[]) {
    deps.topics.define({
      path: `/station/${panel}`,
      events: [
        'inspections.recorded',
        'images.changed',
        'sequences.checked',
        'alarms.changed',
        'sources.changed',
      ],
      everyMs: 60_000,
      render: async (query, { lang }) => {
        const asked = readAskedStation(deps, query);
        const view = await readers[panel](deps, asked);
        const viewer = { ...fragmentViewer(query, lang), timeZone: asked.wallClock.timeZone };
        const html = deps.renderer.html(`stations/_${panel}`, viewer, { view });
        return { containerId: `station-${panel}`, parts: [], html };
      },
    });
  }
  return new Hono<AppEnv>().get('/stations/:station', may('look'), async (c) => {
    // A wall stays at the address it was given.
    if (c.get('kiosk')) return showStationWall(c, deps, c.req.param('station'));
    const { view, timeZone } = await readStationPage(c, deps, c.req.param('station'));
    if (view.station !== c.req.param('station')) {
      c.header('cache-control', 'no-store');
      return c.redirect(`${stationHref(view.station)}${new URL(c.req.url).search}`, 302);
    }
    return deps.renderer.render(c, 'stations/page', { view, timeZone });
  });
}

/** The station on a wall: its figures, the chart of its yield and its newest NG. */
async function showStationWall(c: AppContext, deps: InspectionDeps, station: string): Promise<Response> {
  const search = new URL(c.req.url).searchParams;
  search.set('station', station);
  const asked = readAskedStation(deps, search);
  const view: StationWallPage = {
    station: asked.station,
    period: asked.query.period,
    part: asked.query.part ?? null,
    live: await renderFragments(deps.topics, { wall: pageHref('/station/wall', asked.query) }, c.get('lang')),
    here: pageHref(`/stations/${encodeURIComponent(asked.station)}`, { ...asked.query, station: undefined }),
  };
  return deps.renderer.render(c, 'stations/wall', { view, timeZone: asked.wallClock.timeZone });
}

async function readStationPage(
  c: AppContext,
  deps: InspectionDeps,
  station: string,
): Promise<{ view: StationPage; timeZone: string }> {
  const search = new URL(c.req.url).searchParams;
  search.set('station', station);
  const asked = readAskedStation(deps, search);
  const path = `/stations/${encodeURIComponent(asked.station)}`;
  const query: PageQuery = { ...asked.query, station: undefined };
  const { names, sites } = deps.reads;
  const row = names.getStationRow(asked.stationId);
  // A kiosk link opens this page and no other feature's.
  const isKioskLink = c.get('principal').kind === 'kiosk';
  const panels = isKioskLink
    ? []
    : deps.stationPanels.filter(({ topicOf }) => topicOf(asked.stationId, asked.query) !== undefined);
  const contributed = Object.fromEntries(
    panels.map(({ key, topicOf }) => [key, topicOf(asked.stationId, asked.query) ?? '']),
  );
  const view: StationPage = {
    station: asked.station,
    isDemo: deps.reads.isDemo(asked.stationId),
    site: asked.site,
    nameHref: row.siteId === sites.own.id ? `/plant/stations/${row.id}` : null,
    hiddenAt: row.hiddenAt,
    filters: filterForm(deps.reads, asked, { action: path, isOfStation: true, carried: tableQuery(asked) }),
    live: await renderFragments(deps.topics, { ...topicsOf(asked), ...contributed }, c.get('lang')),
    contributed: panels.map(({ key }) => key),
    styles: [...new Set(panels.flatMap(({ styles }) => styles))],
    history: await readHistory(deps, asked, search),
    here: pageHref(path, query, tableQuery(asked)),
  };
  return { view, timeZone: asked.wallClock.timeZone };
}

/** Panels with tables, or with links that keep how the tables are shown, say so in their topics. */
function topicsOf(asked: AskedStation): Record<StationPanel, string> {
  const topic = (panel: StationPanel, more: Record<string, string> = {}) =>
    pageHref(`/station/${panel}`, asked.query, more);
  const tables = tableQuery(asked);
  return {
    summary: topic('summary', tables),
    alarms: topic('alarms'),
    trend: topic('trend'),
    parts: topic('parts', tables),
    hours: topic('hours', tables),
    gaps: topic('gaps'),
  };
}
