import { type AlarmEpisodes, createAlarmEpisodes } from '../alerts/alarm-episodes.ts';
import type { Clock } from '../kernel/time/clock.ts';
import type { WallClock } from '../kernel/time/time-zone.ts';
import { createPlantNames, type PlantNames } from '../plant/names.ts';
import { createShiftPlans, type ShiftPlans } from '../plant/shifts/shift-plans.ts';
import type { Sites } from '../plant/sites.ts';
import { createTargets, type Targets } from '../plant/targets.ts';
import type { Db } from '../schema/db.ts';
import { createGapQueries, type GapQueries } from './gaps/gap-queries.ts';
import type { SourceStatus } from './model.ts';
import { type CountQueries, createCountQueries } from './queries/count-queries.ts';
import { createInspectionQueries, type InspectionQueries } from './queries/inspection-queries.ts';
import { createModelCounts, type ModelCounts } from './queries/model-counts.ts';
import { createFolders, type Folders } from './recording/folders.ts';
import { createReadChartStandard, type ReadChartStandard } from './stations/chart-stages.ts';
import { createStationPulse, type StationPulse } from './stations/station-pulse.ts';
import { createStationStates, type StationStates } from './stations/station-states.ts';
import { createStationSummaries, type ReadStationSummaries } from './stations/station-summaries.ts';

/** All reads of inspections, built once. */
export type InspectionReads = {
  clock: Clock;
  sites: Sites;
  /** Wall clock of the own site. */
  wallClock: WallClock;
  names: PlantNames;
  folders: Folders;
  counts: CountQueries;
  inspections: InspectionQueries;
  /** Counts by model, for the tests of stations. */
  modelCounts: ModelCounts;
  alarms: AlarmEpisodes;
  targets: Targets;
  shifts: ShiftPlans;
  pulse: StationPulse;
  chartStandard: ReadChartStandard;
  states: StationStates;
  summaries: ReadStationSummaries;
  /** Whether all images of a station are the demo plant's. */
  isDemo(stationId: number): boolean;
  gaps: GapQueries;
  /** Refreshes the names and folders in memory with those that other processes have added. */
  refresh(): Promise<void>;
};

/**
 * `onAdded` runs when a station, part or folder is new. `listSources` gives the folders watched at this site, whose outage
 * is that of their stations; without it no outage is known. `demoRootId` is the folder of the demo plant, while there is one.
 */
export async function createInspectionReads(
  db: Db,
  clock: Clock,
  sites: Sites,
  {
    onAdded = () => {},
    listSources,
    demoRootId = () => undefined,
  }: {
    onAdded?: () => void;
    listSources?: () => readonly SourceStatus[];
    demoRootId?: () => number | undefined;
  } = {},
): Promise<InspectionReads> {
  const names = await createPlantNames(db, clock, sites, onAdded);
  const folders = await createFolders(db, names, clock, onAdded);
  const counts = createCountQueries(db, names, folders);
  const inspections = createInspectionQueries(db, { sites, names, folders });
  const modelCounts = createModelCounts(db, names, folders);
  const alarms = createAlarmEpisodes(db, clock, names);
  const targets = await createTargets(db, clock, names);
  const shifts = await createShiftPlans(db, clock, sites);
  const pulse = createStationPulse({ db, counts, modelCounts, alarms, sites, shifts, names, clock });
  const states = createStationStates({ folders, inspections, pulse, names, sites, listSources, clock });
  const isDemo = (stationId: number): boolean => {
    const rootIds = names.groupOf(stationId).flatMap(folders.rootsOf);
    const demoId = demoRootId();
    return demoId !== undefined && rootIds.length > 0 && rootIds.every((id) => id === demoId);
  };
  const summaries = createStationSummaries({ counts, inspections, states, sites, names, folders, isDemo });
  return {
    clock,
    sites,
    wallClock: sites.wallClock,
    names,
    folders,
    counts,
    inspections,
    modelCounts,
    alarms,
    targets,
    shifts,
    pulse,
    chartStandard: createReadChartStandard({ db, modelCounts, alarms, clock }),
    states,
    summaries,
    isDemo,
    gaps: createGapQueries(db, { sites, names, folders }),
    refresh: async () => {
      await folders.refresh();
      await targets.refresh();
      await shifts.refresh();
    },
  };
}
