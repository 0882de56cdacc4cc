import { siteParam, stationHref } from '../../../plant/links.ts';
import type { WallTile, WallTileKind } from '../../../plant/walls/wall-tile.ts';
import type { InspectionReads } from '../../reads.ts';

/** What a tile shows of its station: state, yield and newest images; the chart of its yield; its newest NG images. */
export const stationTiles = [
  { key: 'station', path: '/inspections/tile', styles: ['tiles'] },
  { key: 'yield', path: '/inspections/tile/yield', styles: ['tiles', 'chart'] },
  { key: 'ngs', path: '/inspections/tile/ngs', styles: ['tiles'] },
] as const;
export type StationTileKey = (typeof stationTiles)[number]['key'];

type Reads = Pick<InspectionReads, 'names' | 'sites'>;

/** The tiles that inspections offer to walls, for every station. A renamed station keeps its tiles; one that was merged hangs as the station it is shown as. */
export function createStationTiles({ names, sites }: Reads): WallTileKind[] {
  const tileOf = (path: string, id: number): WallTile => {
    const site = sites.tagOf(names.siteIdOf(id));
    const name = names.stationName(id);
    return {
      href: `${path}?id=${id}`,
      name,
      detailKey: null,
      site: site?.label ?? null,
      stationPage: stationHref(name, { site: siteParam(site) }),
      isLive: false,
    };
  };
  return stationTiles.map(({ key, path, styles }) => ({
    key,
    path,
    styles,
    isStreamed: true,
    list: () => names.listStations().map(({ id }) => tileOf(path, id)),
    find: (query) => {
      const id = readTileStation(query, { names });
      return id === undefined ? undefined : tileOf(path, id);
    },
  }));
}

/** The station of a tile's address, as it is shown now; undefined where pages show it no more. */
export function readTileStation(query: URLSearchParams, { names }: Pick<Reads, 'names'>): number | undefined {
  const text = query.get('id') ?? '';
  if (!/^\d{1,15}$/.test(text)) return undefined;
  const id = names.shownAs(Number(text));
  return names.isShown(id) ? id : undefined;
}

/** The filters of a station's page as a tile's query means them. */
export function tileSearch(id: number, query: URLSearchParams, { names, sites }: Reads): URLSearchParams {
  const search = new URLSearchParams({
    station: names.stationName(id),
    period: query.get('period') ?? '1h',
    kiosk: '1',
  });
  const site = siteParam(sites.tagOf(names.siteIdOf(id)));
  if (site !== undefined) search.set('site', site);
  return search;
}
