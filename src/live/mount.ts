import type { Hono } from 'hono';
import type { AppEnv } from '../kernel/http/env.ts';
import type { Renderer } from '../kernel/http/render.ts';
import type { Sockets } from '../kernel/http/server/sockets.ts';
import type { Config } from '../kernel/settings/config.ts';
import type { DataPaths } from '../kernel/storage/data-paths.ts';
import type { Topics } from '../kernel/stream/topics.ts';
import type { Clock } from '../kernel/time/clock.ts';
import type { WallClock } from '../kernel/time/time-zone.ts';
import type { PlantNames } from '../plant/names.ts';
import { liveApiRoutes } from './api/api.ts';
import { liveCompatRoutes } from './api/compat.ts';
import type { UploadRoomOptions } from './api/upload-room.ts';
import type { LiveImages } from './images/live-images.ts';
import { liveImageRoutes } from './images/routes.ts';
import type { Live } from './live.ts';
import type { LiveCamera } from './model.ts';
import { createHistoryReads, type StationHistory } from './pages/history-reads.ts';
import { definePictureTopic } from './pages/picture-tiles.ts';
import { type LivePageDeps, liveRoutes } from './pages/routes.ts';
import type { FeedSettings } from './pages/wall-views.ts';
import type { LiveScreens } from './screens/screens.ts';
import { liveSocketRoutes } from './screens/socket-routes.ts';

type LiveMount = {
  live: Live;
  liveImages: LiveImages;
  screens: LiveScreens;
  sockets: Sockets;
  config: Config;
  paths: DataPaths;
  /** Inspections of the stations, each of which is a camera. */
  stations: StationHistory & {
    names: Pick<PlantNames, 'findStationId' | 'stationName'>;
    isDemo(stationId: number): boolean;
  };
  /** The demo plant, and the camera that shows its coil line. */
  demo: { readonly isAllowed: boolean; readonly isPresent: boolean; readonly camera: string };
  /** How long images of each size took to draw lately. */
  drawTimes: () => ReturnType<LivePageDeps['readPerformance']>['drawTimes'];
  uploadDisks: Pick<UploadRoomOptions, 'highMark' | 'readDisks'>;
  renderer: Renderer;
  topics: Topics;
  clock: Clock;
  wallClock: WallClock;
};

/** Pages, images, interfaces and sockets of live images. Comes before the page at `/`, which shares its path with a socket. */
export function mountLive(options: LiveMount): Hono<AppEnv>[] {
  const { live, liveImages, screens, sockets, config, clock, wallClock, uploadDisks } = options;
  const pages = pageDeps(options);
  definePictureTopic({ ...pages, live, names: options.stations.names, topics: options.topics });
  return [
    liveSocketRoutes({
      sockets,
      feed: screens.feed,
      pingEveryMs: config.wsPingInterval,
      isChannel: (key) => live.current.latest(key) !== undefined,
    }),
    liveImageRoutes({ images: liveImages, current: live.current, queries: live.queries }),
    liveRoutes(pages),
    liveApiRoutes({ live }),
    liveCompatRoutes({ live, clock, wallClock, maxFileBytes: config.maxFileSize, disks: uploadDisks }),
  ];
}

function pageDeps(options: LiveMount): LivePageDeps {
  const { live, screens, config, paths, stations, demo, renderer, clock, wallClock } = options;
  const { isOwn, dir } = paths.live;
  return {
    renderer,
    clock,
    wallClock,
    cameras: live.cameras,
    isExpected: (camera) => camera.origin !== 'base' || !isOwn,
    isDemo: (camera) => isDemoCamera(camera, options),
    reads: createHistoryReads(live.queries, stations),
    feed: feedSettingsOf(config, wallClock),
    empty: () => ({
      folder: dir,
      exampleName: '20250906102131_2891_original.jpg',
      demoOffered: demo.isAllowed && !demo.isPresent,
    }),
    readPerformance: () => ({
      feed: screens.feed.stats(),
      drawTimes: options.drawTimes(),
      figuresOf: screens.measures.read,
      viewersOf: screens.feed.viewersOf,
    }),
  };
}

/** Whether the program draws a camera's pictures: that of the demo plant's coil line, or one of its stations. */
function isDemoCamera({ key, name, origin }: LiveCamera, { demo, stations }: LiveMount): boolean {
  if (origin !== 'station') return key === demo.camera && demo.isPresent;
  const id = stations.names.findStationId(name);
  return id !== undefined && stations.isDemo(id);
}

/** Settings of the scripts that follow live pictures. */
export function feedSettingsOf(config: Config, { timeZone }: WallClock): FeedSettings {
  const { reconnectDelay, maxReconnectAttempts, wsPingInterval } = config;
  return { delayMs: reconnectDelay, attempts: maxReconnectAttempts, pingMs: wsPingInterval, timeZone };
}
