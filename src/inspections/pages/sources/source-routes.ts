import { Hono } from 'hono';
import { defaultExclude } from '../../../kernel/folder-scan/disk/exclude.ts';
import type { AppEnv } from '../../../kernel/http/env.ts';
import { isLetIn, may } from '../../../kernel/http/guards/may.ts';
import { readSort, sortHeads, sortQuery, sortRows, type TableSort } from '../../../kernel/http/table-sort.ts';
import { mapFairly } from '../../../kernel/jobs/map-fairly.ts';
import { fragmentViewer, renderFragments } from '../../../kernel/stream/page-fragments.ts';
import { listWrongClocks } from '../../../plant/clock-offset.ts';
import { pageHref, stationHref } from '../../../plant/links.ts';
import { stateView } from '../../../plant/station-state.ts';
import type { InspectionDeps } from '../../deps.ts';
import type { SourceStatus } from '../../model.ts';
import type { RootLeftOut } from '../../watching/left-out.ts';
import { exampleName } from '../page-reads.ts';
import { takeRescanResult } from '../rescan-notice.ts';
import {
  badImagesView,
  type LeftOut,
  type SourceNotes,
  type SourceStation,
  type SourcesPage,
  type SourcesView,
  sourcePanel,
  sourceStationTable,
} from './source-views.ts';

const badImagesShown = 100;
/** Further stations are on the Overview. */
const stationsShown = 200;

/** The Sources page: the state of each watched folder, and the unreadable images. */
export function sourceRoutes(deps: InspectionDeps): Hono<AppEnv> {
  deps.topics.define({
    path: '/sources/status',
    events: ['sources.changed', 'inspections.recorded', 'images.changed'],
    render: async (query, { lang }) => {
      const view = await readSources(deps, readSort(query, [sourceStationTable]));
      const html = deps.renderer.html('sources/_status', fragmentViewer(query, lang), { view });
      return { containerId: 'sources-status', parts: [], html };
    },
  });
  return new Hono<AppEnv>().get('/sources', may('look'), async (c) => {
    const sort = sortQuery(readSort(new URL(c.req.url).searchParams, [sourceStationTable]));
    const query = { kiosk: c.get('kiosk') };
    const view: SourcesPage = {
      live: await renderFragments(
        deps.topics,
        { status: pageHref('/sources/status', query, sort) },
        c.get('lang'),
      ),
      rescan: takeRescanResult(c),
      here: pageHref('/sources', query, sort),
      exclude: { always: defaultExclude, added: deps.settings.exclude },
      mayChange: await isLetIn(c, 'administer'),
    };
    return deps.renderer.render(c, 'sources/page', { view });
  });
}

/** The stations of this site with their state, each with the watched folders that its images are found in. */
async function readSourceStations({ reads }: InspectionDeps): Promise<SourceStation[]> {
  const { names, sites, states } = reads;
  return mapFairly(names.listStations(sites.own.id).slice(0, stationsShown), async ({ id, name }) => {
    const now = await states.read(id);
    return {
      name,
      href: stationHref(name),
      judged: stateView(now),
      lastSeenAt: now.lastSeenAt,
      rootIds: await states.rootsOf(id),
    };
  });
}

async function readSources(deps: InspectionDeps, sort: TableSort | null): Promise<SourcesView> {
  const { images, totalCount } = await deps.reads.inspections.listBadImages(
    badImagesShown,
    deps.reads.sites.ownFilter(),
  );
  const now = deps.reads.clock.now();
  const sources = deps.sources.list();
  const stations = sortRows(await readSourceStations(deps), sourceStationTable, sort);
  const unjudged = await deps.readLeftOut();
  return {
    clocks: listWrongClocks(deps.reads.names.listStationRows(deps.reads.sites.own.id)),
    sources: sources.map((source) => ({
      ...sourcePanel(source, exampleName, now, notesOf(deps, source, unjudged.get(source.id))),
      stations: stations.filter(({ rootIds }) => rootIds.includes(source.id)),
      heads: sortHeads(sourceStationTable, sort, (query) =>
        pageHref('/sources', {}, query).concat(`#source-${source.id}`),
      ),
    })),
    bad: badImagesView(images, totalCount),
  };
}

function notesOf(
  deps: InspectionDeps,
  { id, leftOut }: SourceStatus,
  unjudged: RootLeftOut | undefined,
): SourceNotes | undefined {
  const setup = deps.sources.setups().find((one) => one.id === id);
  if (!setup) return undefined;
  const ofNames = (['unmatched', 'unknownWord'] as const).flatMap((reason): LeftOut[] => {
    const { count, names } = unjudged?.[reason] ?? { count: 0, names: [] };
    return count === 0 ? [] : [{ reason, count, names, isMore: unjudged?.isMore ?? false }];
  });
  return {
    hasSetup: true,
    isMismatched: unjudged?.isMismatched ?? false,
    recoveredCount: setup.recoveredCount,
    isReread: setup.rereadFrom !== null,
    leftOut: [
      ...ofNames,
      ...leftOut.map(({ reason, count, names }) => ({ reason, count, names, isMore: false })),
    ],
  };
}
