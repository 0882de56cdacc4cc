import type { Hono } from 'hono';
import type { AppEnv } from '../kernel/http/env.ts';
import type { Renderer } from '../kernel/http/render.ts';
import type { Config } from '../kernel/settings/config.ts';
import type { Topics } from '../kernel/stream/topics.ts';
import type { StationPanelKind } from '../plant/contributions/station-panel.ts';
import { inspectionApiRoutes } from './api/api.ts';
import { inspectionCompatRoutes } from './api/compat.ts';
import type { InspectionDeps } from './deps.ts';
import { imageCompatRoutes } from './images/compat.ts';
import { imageRoutes } from './images/routes.ts';
import type { Inspections } from './open-inspections.ts';
import { inspectionRoutes } from './pages/cards-routes.ts';
import { layoutRoutes } from './pages/sources/layout-routes.ts';
import { sourceRoutes } from './pages/sources/source-routes.ts';
import { stationRoutes } from './pages/station-routes.ts';
import { defineTileTopics } from './pages/walls/tile-topics.ts';
import { viewerRoutes } from './viewer/viewer-routes.ts';

/** Pages, images and interfaces of inspections. */
export function mountInspections(options: {
  inspections: Inspections;
  config: Config;
  demo: {
    readonly isAllowed: boolean;
    readonly isPresent: boolean;
    readonly drawing: { done: number; total: number } | null;
  };
  /** What other features contribute to the page of a station. */
  stationPanels: readonly StationPanelKind[];
  renderer: Renderer;
  topics: Topics;
}): Hono<AppEnv>[] {
  const { inspections, config, demo, renderer, topics } = options;
  const { reads, sources, locations, images } = inspections;
  const deps: InspectionDeps = {
    reads,
    sources,
    recordRoots: inspections.recordRoots,
    previewNaming: inspections.previewNaming,
    readLeftOut: inspections.readLeftOut,
    locations,
    readPixels: images.readPixels,
    judge: inspections.judge,
    stationPanels: options.stationPanels,
    renderer,
    topics,
    settings: {
      ngPreviewCount: config.ngPreviewCount,
      pattern: config.origins.filenameRegex === 'default' ? null : config.filenameRegex,
      demo: () => (demo.isPresent ? 'drawing' : demo.isAllowed ? 'offered' : 'none'),
      drawing: () => demo.drawing,
      thumbMaxDim: config.thumbMaxDim,
      exclude: config.exclude,
    },
  };
  defineTileTopics(deps);
  return [
    inspectionRoutes(deps),
    viewerRoutes(deps),
    stationRoutes(deps),
    sourceRoutes(deps),
    layoutRoutes(deps),
    imageRoutes({ images, findInspection: reads.inspections.find, sites: reads.sites }),
    inspectionCompatRoutes(deps),
    imageCompatRoutes({
      store: images.thumbnails,
      rootPaths: sources.rootPaths,
      linksTo: inspections.linksTo,
      thumbMaxDim: config.thumbMaxDim,
    }),
    inspectionApiRoutes(deps),
  ];
}
