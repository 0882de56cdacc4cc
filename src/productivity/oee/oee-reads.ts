import { AppError } from '../../kernel/errors.ts';
import { mapFairly } from '../../kernel/jobs/map-fairly.ts';
import { dayMs } from '../../kernel/time/durations.ts';
import type { PlannedTime } from '../../plant/shifts/planned-time.ts';
import type { TimeWindow } from '../../plant/time-window.ts';
import { type Oee, sumOee } from './oee.ts';
import type { StationShift, StationShifts } from './station-shifts.ts';

/** Longest window of effectiveness and stops: a month and its clock change. */
const longestMs = 32 * dayMs;
/** Stations of one site that are read. */
const maxStations = 200;

/** A station that makes or inspects units. */
export type OeeStation = { stationId: number; name: string };

/** A station over a window: its shifts in order. */
export type StationOee = OeeStation & {
  shifts: StationShift[];
  oee: Oee;
  /** Units were counted, or somebody has said how fast it should be: without either nothing is said of it. */
  isJudged: boolean;
  produced: number;
  targetNow: number | null;
};

export type OeeReads = {
  listStations(siteId: number): OeeStation[];
  /**
   * Stations over the shifts that begin within a window, or run at its start.
   *
   * @throws AppError 'invalid' for a window longer than a month.
   */
  read(siteId: number, window: TimeWindow, stationId?: number): Promise<StationOee[]>;
  /** One shift at each station. */
  readShift(siteId: number, shift: StationShift['shift'], stationId?: number): Promise<StationOee[]>;
};

export function createOeeReads(deps: {
  listStations: (siteId: number) => OeeStation[];
  stationShifts: StationShifts;
  plannedOf: (siteId: number) => PlannedTime;
}): OeeReads {
  const { stationShifts, plannedOf } = deps;

  async function readShifts(siteId: number, shifts: StationShift['shift'][], stationId?: number) {
    const listed = deps
      .listStations(siteId)
      .filter((station) => stationId === undefined || station.stationId === stationId)
      .slice(0, maxStations);
    return mapFairly(listed, async (station): Promise<StationOee> => {
      const read: StationShift[] = [];
      for (const shift of shifts) read.push(await stationShifts.read(siteId, station.stationId, shift));
      const targets = read.map(({ targetNow }) => targetNow);
      return {
        ...station,
        shifts: read,
        oee: sumOee(read.map(({ facts }) => facts)),
        isJudged: read.some(({ source, cycleMs }) => source !== 'none' || cycleMs !== undefined),
        produced: read.reduce((sum, { oee }) => sum + oee.produced, 0),
        targetNow: targets.includes(null)
          ? null
          : targets.reduce<number>((sum, target) => sum + (target ?? 0), 0),
      };
    });
  }

  return {
    listStations: deps.listStations,
    read: async (siteId, window, stationId) => {
      if (window.endAt - window.startAt > longestMs)
        throw new AppError(
          'invalid',
          'Effectiveness and stops are shown for at most a month. Choose a shorter period.',
          {
            details: { field: 'end' },
          },
        );
      return readShifts(siteId, plannedOf(siteId).shiftsIn(window), stationId);
    },
    readShift: (siteId, shift, stationId) => readShifts(siteId, [shift], stationId),
  };
}
