import { fragmentViewer } from '../../../kernel/stream/page-fragments.ts';
import { wallTileElementId } from '../../../plant/walls/wall-tile.ts';
import type { InspectionDeps } from '../../deps.ts';
import { readAskedStation } from '../station-page.ts';
import { readTileStation, type StationTileKey, stationTiles, tileSearch } from './station-tiles.ts';
import { readStationWall } from './station-wall.ts';

const templates: Readonly<Record<StationTileKey, string>> = {
  station: 'inspections/_tile',
  yield: 'inspections/_tile-yield',
  ngs: 'inspections/_tile-ngs',
};

/** The fragments of the tiles that hang on walls: `<path>?id=<station>&period=…&kiosk=1`. */
export function defineTileTopics(deps: InspectionDeps): void {
  const { topics, renderer, reads } = deps;
  for (const { key, path } of stationTiles) {
    topics.define({
      path,
      events: ['inspections.recorded', 'images.changed', 'alarms.changed', 'sources.changed'],
      everyMs: 60_000,
      concerns: (query, payload) => {
        const { stationIds } = (payload ?? {}) as { stationIds?: readonly number[] };
        const id = readTileStation(query, reads);
        if (stationIds === undefined || id === undefined) return true;
        return reads.names.groupOf(id).some((one) => stationIds.includes(one));
      },
      render: async (query, { lang }) => {
        const containerId = wallTileElementId(`${path}?id=${query.get('id')}`);
        const id = readTileStation(query, reads);
        const viewer = { ...fragmentViewer(query, lang), kiosk: true };
        if (id === undefined)
          return {
            containerId,
            parts: [],
            html: renderer.html('shared/_wall-gone', viewer, { isFailed: false }),
          };
        const asked = readAskedStation(deps, tileSearch(id, query, reads));
        const wall = await readStationWall(deps, asked, { withTrend: key === 'yield' });
        const { timeZone } = asked.wallClock;
        const html = renderer.html(
          templates[key],
          { ...viewer, timeZone },
          { view: key === 'yield' ? wall : wall.card },
        );
        return { containerId, parts: [], html };
      },
    });
  }
}
