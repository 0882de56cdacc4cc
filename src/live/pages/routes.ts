import { Hono } from 'hono';
import { AppError } from '../../kernel/errors.ts';
import type { AppContext, AppEnv } from '../../kernel/http/env.ts';
import { may } from '../../kernel/http/guards/may.ts';
import type { Renderer } from '../../kernel/http/render.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import type { WallClock } from '../../kernel/time/time-zone.ts';
import type { LiveCamera, LiveRole } from '../model.ts';
import { type HistoryReads, readCameraPage } from './camera-page.ts';
import { readCameraQuery } from './camera-query.ts';
import { performanceView } from './performance-views.ts';
import { readWallQuery } from './wall-query.ts';
import { type FeedSettings, type LiveEmptyView, wallView } from './wall-views.ts';

export type LivePageDeps = {
  renderer: Renderer;
  clock: Clock;
  wallClock: WallClock;
  cameras(): LiveCamera[];
  /** Whether a camera without a picture has a place on the wall: it was set up by somebody. */
  isExpected(camera: LiveCamera): boolean;
  /** Whether a camera's pictures are drawn by the program. */
  isDemo(camera: LiveCamera): boolean;
  reads: HistoryReads;
  feed: FeedSettings;
  /** What to do while there is no picture. */
  empty(): LiveEmptyView;
  /** What the Performance page tells besides the cameras. */
  readPerformance(): Omit<Parameters<typeof performanceView>[1], 'now'>;
};

/** The Live pages: the wall and one camera. */
export function liveRoutes(deps: LivePageDeps): Hono<AppEnv> {
  const camera = async (c: AppContext, key: string) => {
    const view = await readCamera(c, deps, key);
    return deps.renderer.render(c, 'live/camera', { view });
  };
  return new Hono<AppEnv>()
    .get('/live', may('look'), (c) =>
      deps.renderer.render(c, 'live/wall', { view: readWall(new URL(c.req.url).searchParams, deps) }),
    )
    .get('/live/performance', may('look'), (c) => {
      const view = performanceView(shownCameras(deps), { ...deps.readPerformance(), now: deps.clock.now() });
      return deps.renderer.render(c, 'live/performance', { view });
    })
    .get('/live/station/:name', may('look'), (c) => camera(c, `station/${c.req.param('name')}`))
    .get('/live/folder/:camera', may('look'), (c) => camera(c, c.req.param('camera')))
    .get('/live/:camera', may('look'), (c) => camera(c, c.req.param('camera')));
}

function readWall(search: URLSearchParams, deps: LivePageDeps) {
  const { clock, feed, isDemo } = deps;
  const empty = deps.empty();
  const all = shownCameras(deps);
  const query = readWallQuery(search, (key) => all.some((camera) => camera.key === key));
  return wallView(all, query, { now: clock.now(), feed, empty, isDemo });
}

/** All cameras but those that nobody set up and that have no picture. */
function shownCameras({ cameras, isExpected }: LivePageDeps): LiveCamera[] {
  return cameras().filter((camera) => Object.keys(camera.newest).length > 0 || isExpected(camera));
}

async function readCamera(c: AppContext, deps: LivePageDeps, key: string) {
  const camera = deps.cameras().find((one) => one.key === key);
  if (camera === undefined || Object.keys(camera.channels).length === 0) {
    throw new AppError('not_found', `There is no camera "${key.slice(0, 100)}".`);
  }
  const roles = Object.keys(camera.channels) as LiveRole[];
  const query = readCameraQuery(new URL(c.req.url).searchParams, deps.wallClock, roles);
  return readCameraPage(camera, query, { ...deps, now: deps.clock.now(), isDemo: deps.isDemo(camera) });
}
