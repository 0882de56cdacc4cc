import type { Hono } from 'hono';
import type { AppEnv } from '../kernel/http/env.ts';
import type { Renderer } from '../kernel/http/render.ts';
import type { PlantNames } from '../plant/names.ts';
import type { PlantFiles } from '../plant/plant-file/plant-file.ts';
import type { RecordStations } from '../plant/record-stations.ts';
import type { Lines } from '../plant/resources/lines.ts';
import type { Workstations } from '../plant/resources/workstations.ts';
import type { Sites } from '../plant/sites.ts';
import type { JudgedStation } from '../plant/station-state.ts';
import { stationNameRoutes } from './routes.ts';

/** Which stations there are, what they are called and where they stand; administrators change it. */
export function mountStations(options: {
  names: PlantNames;
  sites: Sites;
  recordStations: RecordStations;
  lines: Lines;
  workstations: Workstations;
  plantFiles: PlantFiles;
  /** What is kept of the plant in memory is read again. */
  renewPlant: () => Promise<void>;
  /** A station's state now, and when it was seen last. */
  readState: (stationId: number) => Promise<JudgedStation & { lastSeenAt: number | null }>;
  renderer: Renderer;
}): Hono<AppEnv> {
  return stationNameRoutes(options);
}
