import type { Renderer } from '../../kernel/http/render.ts';
import { fragmentViewer } from '../../kernel/stream/page-fragments.ts';
import type { Topics } from '../../kernel/stream/topics.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import type { PlantNames } from '../../plant/names.ts';
import { type WallTile, type WallTileKind, wallTileElementId } from '../../plant/walls/wall-tile.ts';
import type { Live } from '../live.ts';
import { type LiveCamera, type LiveRole, liveRoles } from '../model.ts';
import { tileView } from './wall-views.ts';

const tilePath = '/live/tile';
const stationStart = 'station/';
/** Pictures of a wall's tile are drawn for a quarter of the screen until its script has measured it. */
const usualGrid = { columns: 2, rows: 2 };

type Deps = { live: Pick<Live, 'cameras'>; names: Pick<PlantNames, 'findStationId' | 'stationName'> };
type Shown = { camera: LiveCamera; role: LiveRole; channel: string };

/** The tile that live pictures offer to walls: the newest picture of a channel, kept fresh by the page's own script. */
export function createPictureTiles(deps: Deps): WallTileKind {
  return {
    key: 'picture',
    path: tilePath,
    styles: ['live'],
    isStreamed: false,
    list: () =>
      deps.live
        .cameras()
        .flatMap(channelsOf)
        .filter(({ camera, role }) => camera.newest[role] !== undefined)
        .map(tileOf),
    find: (query) => {
      const shown = findShown(query, deps);
      return shown && { ...tileOf(shown), href: hrefOf(query.get('channel') ?? '') };
    },
  };
}

/** The fragment `/live/tile?channel=…`. No event renders it: the script asks for it when a camera's state has changed. */
export function definePictureTopic(
  deps: Deps & {
    renderer: Renderer;
    topics: Topics;
    clock: Clock;
    isDemo: (camera: LiveCamera) => boolean;
  },
): void {
  deps.topics.define({
    path: tilePath,
    events: [],
    render: (query, { lang }) => {
      const containerId = wallTileElementId(hrefOf(query.get('channel') ?? ''));
      const viewer = { ...fragmentViewer(query, lang), kiosk: true };
      const shown = findShown(query, deps);
      if (shown === undefined)
        return {
          containerId,
          parts: [],
          html: deps.renderer.html('shared/_wall-gone', viewer, { isFailed: false }),
        };
      const view = { ...tileView(shown, usualGrid, deps.clock.now()), isDemo: deps.isDemo(shown.camera) };
      return { containerId, parts: [], html: deps.renderer.html('live/_tile', viewer, { view }) };
    },
  });
}

function hrefOf(channel: string): string {
  return `${tilePath}?${new URLSearchParams({ channel })}`;
}

function channelsOf(camera: LiveCamera): Shown[] {
  return liveRoles.flatMap((role) => {
    const channel = camera.channels[role];
    return channel === undefined ? [] : [{ camera, role, channel }];
  });
}

function tileOf({ camera, role, channel }: Shown): WallTile {
  const isOfStation = camera.origin === 'station';
  return {
    href: hrefOf(channel),
    name: camera.name,
    detailKey: channelsOf(camera).length > 1 ? `live.role.${role}` : null,
    site: null,
    stationPage: isOfStation ? `/stations/${encodeURIComponent(camera.name)}` : null,
    isLive: true,
  };
}

/** The channel as it is called now: that of a station has its name. */
function findShown(query: URLSearchParams, { live, names }: Deps): Shown | undefined {
  const asked = query.get('channel') ?? '';
  const id = asked.startsWith(stationStart)
    ? names.findStationId(asked.slice(stationStart.length))
    : undefined;
  const present = id === undefined ? asked : `${stationStart}${names.stationName(id)}`;
  return live
    .cameras()
    .flatMap(channelsOf)
    .find(({ channel }) => channel === present);
}
