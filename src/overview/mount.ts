import type { Hono } from 'hono';
import { sparkline } from '../kernel/charts/sparkline.ts';
import type { AppEnv } from '../kernel/http/env.ts';
import type { Renderer } from '../kernel/http/render.ts';
import type { Topics } from '../kernel/stream/topics.ts';
import type { Clock } from '../kernel/time/clock.ts';
import type { Sites } from '../plant/sites.ts';
import type { SourceState } from '../plant/station-state.ts';
import { definePlantNow, type PlantNow } from './plant-now.ts';
import { overviewRoutes } from './routes.ts';
import type { OverviewStation, PlanNow } from './views.ts';

/** The Overview, of what other features read for it. */
export function mountOverview(options: {
  /** What every page says of the plant now. */
  readPlant: () => PlantNow;
  readStations: (filter: { siteId?: number }) => Promise<OverviewStation[]>;
  listSources: () => readonly { state: SourceState }[];
  /** Units made in the running shift of the own site, and due by now; null without a shift or a target. */
  readPlan: () => Promise<PlanNow | null>;
  /** Unreadable images of the own site. */
  countBadImages: () => Promise<number>;
  /** Where the live picture of a station of the own site is shown; null where there is none. */
  liveHrefOf: (station: string) => string | null;
  sites: Sites;
  renderer: Renderer;
  topics: Topics;
  clock: Clock;
}): Hono<AppEnv> {
  const { readStations, listSources, countBadImages, liveHrefOf, sites, renderer, topics, clock } = options;
  definePlantNow({ topics, renderer, read: options.readPlant });
  return overviewRoutes({
    renderer,
    topics,
    sites,
    readStations,
    readContext: async () => {
      return {
        now: clock.now(),
        drawSparkline: (values, scale) => sparkline({ values, ...scale }),
        sources: listSources(),
        badImageCount: await countBadImages(),
        plan: await options.readPlan(),
        liveHrefOf,
      };
    },
  });
}
