import { Hono } from 'hono';
import { redirectBack } from '../../kernel/http/back.ts';
import type { AppContext, AppEnv } from '../../kernel/http/env.ts';
import { may } from '../../kernel/http/guards/may.ts';
import { renderFragments } from '../../kernel/stream/page-fragments.ts';
import { pageHref } from '../../plant/links.ts';
import { type AskedView, filterForm, readAskedView } from '../../plant/page-filters.ts';
import { apiDocs } from '../api/api-docs.ts';
import type { InspectionDeps } from '../deps.ts';
import { renderCards } from './cards-fragment.ts';
import type { InspectionsPage } from './cards-views.ts';
import { sendExport } from './export.ts';
import { readModelsPage } from './models-page.ts';
import { keepRescanResult, takeRescanResult } from './rescan-notice.ts';

/** Longest time between two renderings: preset windows move every minute. */
const everyMinuteMs = 60_000;

/** The Inspections page with its cards, CSV, and the rescan button. */
export function inspectionRoutes(deps: InspectionDeps): Hono<AppEnv> {
  deps.topics.define({
    path: '/inspections/cards',
    events: ['inspections.recorded', 'sources.changed', 'images.changed', 'alarms.changed', 'demo.changed'],
    everyMs: everyMinuteMs,
    render: (query, { lang }) => renderCards(deps, query, lang),
  });
  const page = async (c: AppContext) => {
    const asked = readAskedView(new URL(c.req.url).searchParams, deps.reads);
    const view = await readInspectionsPage(c, deps, asked);
    return deps.renderer.render(c, 'inspections/page', { view, timeZone: asked.wallClock.timeZone });
  };
  return new Hono<AppEnv>()
    .get('/', may('look'), page)
    .get('/inspections', may('look'), page)
    .get('/models', may('look'), async (c) => {
      const search = new URL(c.req.url).searchParams;
      const asked = readAskedView(search, deps.reads);
      const view = await readModelsPage(deps, asked, search);
      return deps.renderer.render(c, 'inspections/models', { view, timeZone: asked.wallClock.timeZone });
    })
    .get('/inspections/export.csv', may('look'), (c) => sendExport(c, deps))
    .post('/inspections/rescan', may('operate', 'inspections.rescan'), apiDocs.rescanForm, async (c) => {
      keepRescanResult(c, await deps.sources.rescan());
      return redirectBack(c, '/inspections');
    });
}

async function readInspectionsPage(
  c: AppContext,
  deps: InspectionDeps,
  asked: AskedView,
): Promise<InspectionsPage> {
  return {
    filters: filterForm(deps.reads, asked, { action: '/inspections' }),
    live: await renderFragments(
      deps.topics,
      { cards: pageHref('/inspections/cards', asked.query) },
      c.get('lang'),
    ),
    rescan: takeRescanResult(c),
    here: pageHref('/inspections', asked.query),
  };
}
