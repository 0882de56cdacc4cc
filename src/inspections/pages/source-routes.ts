import { Hono } from 'hono';
import type { AppEnv } from '../../kernel/http/env.ts';
import { may } from '../../kernel/http/guards/may.ts';
import { fragmentViewer, renderFragments, topicOf } from '../../kernel/stream/page-fragments.ts';
import type { InspectionDeps } from '../deps.ts';
import { exampleName } from './page-reads.ts';
import { takeRescanResult } from './rescan-notice.ts';
import { badImagesView, type SourcesPage, type SourcesView, sourcePanel } from './source-views.ts';

const badImagesShown = 100;

/** The Sources page: the state of each watched folder, and the unreadable images. */
export function sourceRoutes(deps: InspectionDeps): Hono<AppEnv> {
  deps.topics.define({
    path: '/sources/status',
    events: ['sources.changed', 'inspections.recorded', 'images.changed'],
    render: async (query, { lang }) => {
      const view = await readSources(deps);
      const html = deps.renderer.html('sources/_status', fragmentViewer(query, lang), { view });
      return { containerId: 'sources-status', parts: [], html };
    },
  });
  return new Hono<AppEnv>().get('/sources', may('look'), async (c) => {
    const view: SourcesPage = {
      live: await renderFragments(
        deps.topics,
        { status: topicOf('/sources/status', c.get('kiosk')) },
        c.get('lang'),
      ),
      rescan: takeRescanResult(c),
      here: topicOf('/sources', c.get('kiosk')),
    };
    return deps.renderer.render(c, 'sources/page', { view });
  });
}

async function readSources(deps: InspectionDeps): Promise<SourcesView> {
  const { images, totalCount } = await deps.reads.inspections.listBadImages(
    badImagesShown,
    deps.reads.sites.ownFilter(),
  );
  const now = deps.reads.clock.now();
  const sources = deps.sources.list();
  return {
    sources: sources.map((source) => sourcePanel(source, exampleName, now)),
    bad: badImagesView(images, totalCount),
  };
}
