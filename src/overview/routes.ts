import { Hono } from 'hono';
import { may } from '../kernel/http/access.ts';
import type { AppEnv, Lang } from '../kernel/http/env.ts';
import type { Renderer } from '../kernel/http/render.ts';
import type { Fragment } from '../kernel/stream/fragment.ts';
import { renderLive } from '../kernel/stream/live-page.ts';
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
    render: (_query, { lang }) => renderStations(deps, lang),
  });
  return new Hono<AppEnv>().get('/overview', may('look'), async (c) => {
    const view: OverviewPage = {
      live: await renderLive(deps.topics, { stations: '/overview/stations' }, c.get('lang')),
      here: c.get('kiosk') ? '/overview?kiosk=1' : '/overview',
    };
    return deps.renderer.render(c, 'overview/page', { view });
  });
}

async function read(deps: OverviewDeps): Promise<OverviewView> {
  return overviewView(await deps.readStations(), await deps.readContext());
}

async function renderStations(deps: OverviewDeps, lang: Lang): Promise<Fragment> {
  const view = await read(deps);
  const html = deps.renderer.html('overview/_stations', { lang }, { view });
  const part = (id: string, template: string, data: unknown) => ({
    id,
    html: deps.renderer.html(template, { lang }, { view: data }).trim(),
  });
  const parts = [
    part('overview-figures', 'overview/_figures', view.figures),
    ...view.rows.map((row) => part(`row-${row.slug}`, 'overview/_row', row)),
  ];
  return { containerId: 'overview-stations', parts, html };
}
