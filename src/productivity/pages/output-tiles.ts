import { fragmentViewer } from '../../kernel/stream/page-fragments.ts';
import { type WallTile, type WallTileKind, wallTileElementId } from '../../plant/walls/wall-tile.ts';
import type { ProductivityDeps } from '../deps.ts';
import type { OeeScope } from '../oee/oee-reads.ts';
import { type HourRow, hourRows } from './oee-views.ts';
import type { ProductivityPageDeps } from './page-deps.ts';

const path = '/productivity/tile';
/** Hours below each other on a tile; the newest. */
const maxHours = 4;

/** Template: productivity/_tile. */
export type OutputTileView = {
  /** Station or line; '' for the whole site. */
  name: string;
  /** Null while no shift runs. */
  shift: { name: string; made: number; due: number | null; hours: HourRow[] } | null;
  /** Nothing was counted and nothing is to be made. */
  isJudged: boolean;
};

type Asked = { name: string; scope: OeeScope; href: string };

type TileDeps = Pick<ProductivityDeps, 'sites' | 'lines' | 'oee'>;

/** Output of the running shift against plan: of the site, of each line and of each station. */
export function createOutputTiles(deps: TileDeps): WallTileKind {
  const siteId = deps.sites.own.id;
  const tileOf = ({ name, href }: Asked): WallTile => ({
    href,
    name: name || deps.sites.own.title || deps.sites.own.name,
    detailKey: null,
    site: null,
    stationPage: null,
    isLive: false,
  });
  return {
    key: 'output',
    path,
    styles: ['tiles'],
    isStreamed: true,
    list: () => {
      const stations = deps.oee.listStations(siteId);
      if (stations.length === 0) return [];
      const lines = deps.lines.list(siteId).map(({ id }) => `${path}?line=${id}`);
      const hrefs = [
        `${path}?all=1`,
        ...lines,
        ...stations.map(({ stationId }) => `${path}?station=${stationId}`),
      ];
      return hrefs
        .flatMap((href) => findAsked(deps, new URL(href, 'http://plant').searchParams) ?? [])
        .map(tileOf);
    },
    find: (query) => {
      const asked = findAsked(deps, query);
      return asked && tileOf(asked);
    },
  };
}

/** The fragments `/productivity/tile?station=<id>`, `?line=<id>` and `?all=1`; of the running shift whatever the period of the wall. */
export function defineOutputTiles(deps: ProductivityPageDeps): void {
  const { topics, renderer, sites, progress, clock } = deps;
  topics.define({
    path,
    events: ['activity.recorded', 'inspections.recorded', 'plant.changed'],
    everyMs: 60_000,
    render: async (query, { lang }) => {
      const viewer = { ...fragmentViewer(query, lang), kiosk: true, timeZone: sites.own.timeZone };
      const asked = findAsked(deps, query);
      if (asked === undefined)
        return {
          containerId: wallTileElementId(hrefOf(query)),
          parts: [],
          html: renderer.html('shared/_wall-gone', viewer, { isFailed: false }),
        };
      const found = await progress(sites.own.id, asked.scope);
      const now = clock.now();
      const view: OutputTileView = {
        name: asked.name,
        isJudged: found === undefined || found.list.length > 0,
        shift: found
          ? {
              name: found.shift.name,
              made: found.made,
              due: found.due,
              hours: hourRows(found.list, now)
                .filter(({ isFuture }) => !isFuture)
                .slice(-maxHours)
                .toReversed(),
            }
          : null,
      };
      return {
        containerId: wallTileElementId(asked.href),
        parts: [],
        html: renderer.html('productivity/_tile', viewer, { view }),
      };
    },
  });
}

function hrefOf(query: URLSearchParams): string {
  for (const key of ['station', 'line']) if (query.has(key)) return `${path}?${key}=${query.get(key)}`;
  return `${path}?all=1`;
}

function findAsked({ sites, lines, oee }: TileDeps, query: URLSearchParams): Asked | undefined {
  const siteId = sites.own.id;
  const href = hrefOf(query);
  if (query.has('station')) {
    const found = oee
      .listStations(siteId)
      .find(({ stationId }) => String(stationId) === query.get('station'));
    return found && { name: found.name, scope: { stationId: found.stationId }, href };
  }
  if (query.has('line')) {
    const found = lines.list(siteId).find(({ id }) => String(id) === query.get('line'));
    return found && { name: found.name, scope: { lineId: found.id }, href };
  }
  return query.has('all') ? { name: '', scope: {}, href } : undefined;
}
