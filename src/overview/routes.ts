import { Hono } from 'hono';
import { may } from '../kernel/http/access.ts';
import type { AppEnv } from '../kernel/http/env.ts';
import type { Renderer, Viewer } from '../kernel/http/render.ts';
import type { Fragment } from '../kernel/stream/fragment.ts';
import { movableList, renderLive, topicOf, topicViewer } from '../kernel/stream/live-page.ts';
import type { Topics } from '../kernel/stream/topics.ts';
import {
  type OverviewContext,
  type OverviewPage,
  type OverviewStation,
  type OverviewView,
  overviewView,
} from './views.ts';

/** What the Overview reads of other features, given to it by the services that compose them. */
export type OverviewDeps = {
  renderer: Renderer;
  topics: Topics;
  readStations: () => Promise<OverviewStation[]>;
  readContext: () => Promise<OverviewContext>;
};

/** Is the plant all right, and if not, where? */
export function overviewRoutes(deps: OverviewDeps): Hono<AppEnv> {
  deps.topics.define({
    path: '/overview/stations',
    events: ['inspections.recorded', 'sources.changed', 'images.changed'],
    everyMs: 60_000,
    render: (query, { lang }) => renderStations(deps, topicViewer(query, lang)),
  });
  return new Hono<AppEnv>().get('/overview', may('look'), async (c) => {
    const view: OverviewPage = {
      live: await renderLive(
        deps.topics,
        { stations: topicOf('/overview/stations', c.get('kiosk')) },
        c.get('lang'),
      ),
      here: topicOf('/overview', c.get('kiosk')),
    };
    return deps.renderer.render(c, 'overview/page', { view });
  });
}

async function read(deps: OverviewDeps): Promise<OverviewView> {
  return overviewView(await deps.readStations(), await deps.readContext());
}

async function renderStations(deps: OverviewDeps, viewer: Viewer): Promise<Fragment> {
  const view = await read(deps);
  const html = deps.renderer.html('overview/_stations', viewer, { view });
  const part = (id: string, template: string, data: unknown) => ({
    id,
    html: deps.renderer.html(template, viewer, { view: data }).trim(),
  });
  const parts = [
    part('overview-figures', 'overview/_figures', view.figures),
    ...view.rows.map((row) => part(`row-${row.slug}`, 'overview/_row', row)),
    ...(view.rows.length > 0 ? [part(`${view.order.listId}-order`, 'shared/_order', view.order)] : []),
  ];
  return { containerId: 'overview-stations', parts, html, list: movableList(view.order) };
}
