import type { Hono } from 'hono';
import type { AppEnv } from '../kernel/http/env.ts';
import type { Renderer } from '../kernel/http/render.ts';
import type { PlantNames } from '../plant/names.ts';
import type { RecordStations } from '../plant/record-stations.ts';
import type { Sites } from '../plant/sites.ts';
import type { JudgedStation } from '../plant/station-state.ts';
import { stationNameRoutes } from './routes.ts';

/** Which stations there are and what they are called; administrators rename, merge and hide them. */
export function mountStations(options: {
  names: PlantNames;
  sites: Sites;
  recordStations: RecordStations;
  /** A station's state now, and when it was seen last. */
  readState: (stationId: number) => Promise<JudgedStation & { lastSeenAt: number | null }>;
  renderer: Renderer;
}): Hono<AppEnv> {
  return stationNameRoutes(options);
}
