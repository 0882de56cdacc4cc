import { Hono } from 'hono';
import type { AppEnv } from '../kernel/http/env.ts';
import { may } from '../kernel/http/guards/may.ts';
import type { Renderer, Viewer } from '../kernel/http/render.ts';
import { readSort, sortQuery } from '../kernel/http/table-sort.ts';
import type { Fragment } from '../kernel/stream/fragment.ts';
import {
  fragmentViewer,
  movableList,
  renderFragment,
  renderFragments,
} from '../kernel/stream/page-fragments.ts';
import type { Topics } from '../kernel/stream/topics.ts';
import { type AskedSite, readAskedSite } from '../plant/asked-site.ts';
import { pageHref } from '../plant/links.ts';
import { type Sites, siteChoices } from '../plant/sites.ts';
import { definePlantTile } from './plant-tile.ts';
import {
  type OverviewContext,
  type OverviewPage,
  type OverviewStation,
  type OverviewView,
  overviewTable,
  overviewView,
} from './views.ts';

/** What the Overview reads of other features; the composition passes it in. */
export type OverviewDeps = {
  renderer: Renderer;
  topics: Topics;
  sites: Sites;
  readStations: (filter: { siteId?: number }) => Promise<OverviewStation[]>;
  readContext: () => Promise<OverviewContext>;
};

/** The Overview page: whether the plant is all right, and if not, where. */
export function overviewRoutes(deps: OverviewDeps): Hono<AppEnv> {
  deps.topics.define({
    path: '/overview/stations',
    events: ['inspections.recorded', 'sources.changed', 'images.changed', 'alarms.changed'],
    everyMs: 60_000,
    render: (query, { lang }) => renderStations(deps, query, fragmentViewer(query, lang)),
  });
  definePlantTile({
    sites: deps.sites,
    renderer: deps.renderer,
    topics: deps.topics,
    read: (site) => read(deps, askedSite(deps, new URLSearchParams({ site: site.name })), null),
  });
  return new Hono<AppEnv>().get('/overview', may('look'), async (c) => {
    const { searchParams } = new URL(c.req.url);
    const site = askedSite(deps, searchParams);
    const query = { site: site.param, kiosk: c.get('kiosk') };
    const carried = sortQuery(readSort(searchParams, [overviewTable]));
    const view: OverviewPage = {
      live: await renderFragments(
        deps.topics,
        { stations: pageHref('/overview/stations', query, carried) },
        c.get('lang'),
      ),
      carried,
      sites: siteChoices(deps.sites, site.tag),
      here: pageHref('/overview', query, carried),
    };
    return deps.renderer.render(c, 'overview/page', { view, timeZone: site.wallClock.timeZone });
  });
}

function askedSite({ sites }: OverviewDeps, search: URLSearchParams): AskedSite {
  return readAskedSite(search.get('site') || undefined, undefined, sites);
}

async function read(
  deps: OverviewDeps,
  asked: AskedSite,
  sort: OverviewContext['sort'],
): Promise<OverviewView> {
  const { siteId, tag, isUnknown } = asked;
  const stations = isUnknown ? [] : await deps.readStations(siteId === undefined ? {} : { siteId });
  const site = deps.sites.isSeveral() ? { site: { tag } } : {};
  return overviewView(stations, { ...(await deps.readContext()), ...site, sort });
}

async function renderStations(deps: OverviewDeps, search: URLSearchParams, topic: Viewer): Promise<Fragment> {
  const asked = askedSite(deps, search);
  const viewer = { ...topic, timeZone: asked.wallClock.timeZone };
  const view = await read(deps, asked, readSort(search, [overviewTable]));
  return renderFragment(deps.renderer, viewer, {
    containerId: 'overview-stations',
    template: 'overview/_stations',
    view,
    list: movableList(view.order),
  });
}
