import { Hono } from 'hono';
import { redirectBack } from '../../kernel/http/back.ts';
import type { AppContext, AppEnv } from '../../kernel/http/env.ts';
import { may } from '../../kernel/http/guards/access.ts';
import { renderLive } from '../../kernel/stream/live-page.ts';
import { pageHref } from '../../plant/links.ts';
import { siteChoices } from '../../plant/sites.ts';
import { apiDocs } from '../api/api-docs.ts';
import type { InspectionDeps } from '../deps.ts';
import { type AskedView, readAskedView } from '../page-query.ts';
import { renderCards } from './cards-fragment.ts';
import type { FilterForm, InspectionsPage } from './cards-views.ts';
import { sendExport } from './export.ts';
import { readImagePage } from './image-page.ts';
import { keepRescanResult, takeRescanResult } from './rescan-notice.ts';

/** Rendered at least this often: presets move with the minute. */
const everyMinuteMs = 60_000;

/** The Inspections page with its live cards, the page of one image, CSV, and the rescan button. */
export function inspectionRoutes(deps: InspectionDeps): Hono<AppEnv> {
  deps.topics.define({
    path: '/inspections/cards',
    events: ['inspections.recorded', 'sources.changed', 'images.changed'],
    everyMs: everyMinuteMs,
    render: (query, { lang }) => renderCards(deps, query, lang),
  });
  const page = async (c: AppContext) => {
    const view = await readInspectionsPage(c, deps);
    return deps.renderer.render(c, 'inspections/page', { view });
  };
  return new Hono<AppEnv>()
    .get('/', may('look'), page)
    .get('/inspections', may('look'), page)
    .get('/inspections/export.csv', may('look'), (c) => sendExport(c, deps))
    .post('/inspections/rescan', may('operate', 'inspections.rescan'), apiDocs.rescanForm, async (c) => {
      keepRescanResult(c, await deps.sources.rescan());
      return redirectBack(c, '/inspections');
    })
    .get('/inspections/:id{[0-9]+}', may('look'), async (c) => {
      const { view, timeZone } = await readImagePage(deps, Number(c.req.param('id')));
      return deps.renderer.render(c, 'inspections/image', { view, timeZone });
    });
}

async function readInspectionsPage(c: AppContext, deps: InspectionDeps): Promise<InspectionsPage> {
  const search = new URL(c.req.url).searchParams;
  const asked = readAskedView(search, deps.reads);
  return {
    filters: filterForm(deps, asked, '/inspections'),
    live: await renderLive(
      deps.topics,
      { cards: pageHref('/inspections/cards', asked.query) },
      c.get('lang'),
    ),
    rescan: takeRescanResult(c),
    here: pageHref('/inspections', asked.query),
  };
}

/** The filters of a page; a page of one station leaves out the choice of stations. */
export function filterForm(deps: InspectionDeps, asked: AskedView, action: string): FilterForm {
  const { names, sites } = deps.reads;
  const { wallClock } = asked;
  const isOfStation = action !== '/inspections';
  const isSiteOpen = sites.isSeveral() && asked.site === null;
  const siteId = asked.site === null ? undefined : sites.find(asked.site.name)?.id;
  return {
    action,
    query: asked.query,
    sites: isOfStation ? null : siteChoices(sites, asked.site),
    stations: isOfStation || isSiteOpen ? null : names.listStations(siteId).map(({ name }) => name),
    parts: names.listParts().map(({ name }) => name),
    start: wallClock.format(asked.window.startAt, 'minute'),
    end: wallClock.format(asked.window.endAt, 'minute'),
    isReversed: asked.isReversed,
  };
}
