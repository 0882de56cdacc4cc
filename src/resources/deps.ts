import type { Renderer } from '../kernel/http/render.ts';
import type { Clock } from '../kernel/time/clock.ts';
import type { PlantNames } from '../plant/names.ts';
import type { PeopleInFile } from '../plant/plant-file/export-plant.ts';
import type { PlantFiles } from '../plant/plant-file/plant-file.ts';
import type { IdealCycles } from '../plant/resources/ideal-cycles.ts';
import type { Lines } from '../plant/resources/lines.ts';
import type { Workers } from '../plant/resources/workers.ts';
import type { Workstations } from '../plant/resources/workstations.ts';
import type { ShiftPlans } from '../plant/shifts/shift-plans.ts';
import type { Sites } from '../plant/sites.ts';

/** What pages and interfaces of a plant's lines, workers and models need. */
export type ResourceDeps = {
  names: PlantNames;
  lines: Lines;
  workers: Workers;
  workstations: Workstations;
  cycles: IdealCycles;
  shifts: ShiftPlans;
  sites: Sites;
  plantFiles: PlantFiles;
  /** PERSON_DATA: what is shown of people. */
  personData: PeopleInFile;
  /** What is kept of the plant in memory is read again, and all that follows from it. */
  renewPlant(): Promise<void>;
  renderer: Renderer;
  clock: Clock;
};
