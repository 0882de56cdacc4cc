import type { Renderer } from '../kernel/http/render.ts';
import { fragmentViewer } from '../kernel/stream/page-fragments.ts';
import type { Topics } from '../kernel/stream/topics.ts';
import type { Site, Sites } from '../plant/sites.ts';
import { type WallTile, type WallTileKind, wallTileElementId } from '../plant/walls/wall-tile.ts';
import type { OverviewRow, OverviewView } from './views.ts';

const tilePath = '/overview/tile';
const maxTroubled = 8;

/** The tile that the Overview offers to walls: yield and output of a whole plant, and its stations with problems. Sites that share a database have one each. */
export function createPlantTiles(sites: Sites): WallTileKind {
  const tileOf = (site: Site): WallTile => ({
    href: hrefOf(site),
    name: site.title || site.name,
    detailKey: null,
    site: null,
    stationPage: null,
    isLive: false,
  });
  return {
    key: 'plant',
    path: tilePath,
    styles: ['tiles'],
    isStreamed: true,
    list: () => sites.list().map(tileOf),
    find: (query) => {
      const site = findSite(query, sites);
      return site && tileOf(site);
    },
  };
}

/** The fragment `/overview/tile?site=<id>`. It is of the last hour whatever the period of its wall, as the Overview. */
export function definePlantTile(deps: {
  sites: Sites;
  renderer: Renderer;
  topics: Topics;
  read: (site: Site) => Promise<OverviewView>;
}): void {
  const { sites, renderer, topics, read } = deps;
  topics.define({
    path: tilePath,
    events: ['inspections.recorded', 'sources.changed', 'images.changed', 'alarms.changed'],
    everyMs: 60_000,
    render: async (query, { lang }) => {
      const viewer = { ...fragmentViewer(query, lang), kiosk: true };
      const site = findSite(query, sites);
      const containerId = wallTileElementId(site ? hrefOf(site) : `${tilePath}?site=${query.get('site')}`);
      if (site === undefined)
        return {
          containerId,
          parts: [],
          html: renderer.html('shared/_wall-gone', viewer, { isFailed: false }),
        };
      const view = await read(site);
      const html = renderer.html(
        'overview/_tile',
        { ...viewer, timeZone: site.timeZone },
        { view, siteLabel: sites.tagOf(site.id)?.label ?? null, troubled: listTroubled(view) },
      );
      return { containerId, parts: [], html };
    },
  });
}

/** The stations with problems, the worst first, as many as the largest tile has room for. */
export function listTroubled({ figures: { plant }, rows }: OverviewView): readonly OverviewRow[] {
  return rows.slice(0, plant.kind === 'wrong' ? Math.min(plant.count, maxTroubled) : 0);
}

function hrefOf({ id }: Site): string {
  return `${tilePath}?site=${id}`;
}

function findSite(query: URLSearchParams, sites: Sites): Site | undefined {
  const id = query.get('site') ?? '';
  return /^\d{1,15}$/.test(id) ? sites.get(Number(id)) : undefined;
}
