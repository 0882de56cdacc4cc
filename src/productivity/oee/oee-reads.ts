import { AppError } from '../../kernel/errors.ts';
import { mapFairly } from '../../kernel/jobs/map-fairly.ts';
import { dayMs } from '../../kernel/time/durations.ts';
import type { PlannedOf, PlannedTime } from '../../plant/shifts/planned-time.ts';
import type { Shift } from '../../plant/shifts/shift-calendar.ts';
import type { TimeWindow } from '../../plant/time-window.ts';
import { type Oee, sumOee } from './oee.ts';
import type { StationShift, StationShifts } from './station-shifts.ts';

/** Longest window of effectiveness and stops: a month and its clock change. */
const longestMs = 32 * dayMs;
/** Stations of one site that are read. */
const maxStations = 200;

/** A station that makes or inspects units. */
export type OeeStation = { stationId: number; name: string /** Its line; 0 is none. */; lineId: number };

/** One station, one line, or everything. */
export type OeeScope = { stationId?: number | undefined; lineId?: number | undefined };

/** A station over a window: its shifts in order. */
export type StationOee = OeeStation & {
  shifts: StationShift[];
  oee: Oee;
  /** Units were counted, or somebody has said how fast it should be: without either nothing is said of it. */
  isJudged: boolean;
  /** Units in planned time, and all that were made. */
  produced: number;
  made: number;
  targetNow: number | null;
};

export type OeeReads = {
  listStations(siteId: number, lineId?: number): OeeStation[];
  /** Shifts of some station that began before this are left out: retention has deleted single images or events of them. */
  keptFrom(siteId: number, scope?: OeeScope): number;
  /**
   * Stations over the shifts of their lines that begin within a window, or run at its start.
   *
   * @throws AppError 'invalid' for a window longer than a month.
   */
  read(siteId: number, window: TimeWindow, scope?: OeeScope): Promise<StationOee[]>;
  /** One shift at each station; where a line has shifts of its own, what it had planned in that time. */
  readShift(siteId: number, shift: Shift, scope?: OeeScope): Promise<StationOee[]>;
};

export function createOeeReads(deps: {
  listStations: (siteId: number) => OeeStation[];
  stationShifts: StationShifts;
  plannedOf: PlannedOf;
  keptFrom: (siteId: number, stationId: number) => number;
}): OeeReads {
  const { stationShifts, plannedOf } = deps;

  const listStations = (siteId: number, lineId?: number) =>
    deps.listStations(siteId).filter((station) => lineId === undefined || station.lineId === lineId);

  async function readShifts(
    siteId: number,
    shiftsOf: (planned: PlannedTime) => Shift[],
    { stationId, lineId }: OeeScope = {},
  ) {
    const listed = listStations(siteId, lineId)
      .filter((station) => stationId === undefined || station.stationId === stationId)
      .slice(0, maxStations);
    return mapFairly(listed, async (station): Promise<StationOee> => {
      const read: StationShift[] = [];
      const keptFrom = deps.keptFrom(siteId, station.stationId);
      for (const shift of shiftsOf(plannedOf(siteId, station.lineId)).filter(
        ({ startAt }) => startAt >= keptFrom,
      ))
        read.push(await stationShifts.read(siteId, station.stationId, shift));
      const targets = read.map(({ targetNow }) => targetNow);
      return {
        ...station,
        shifts: read,
        oee: sumOee(read.map(({ facts }) => facts)),
        isJudged: read.some(({ source, cycleMs }) => source !== 'none' || cycleMs !== undefined),
        produced: read.reduce((sum, { oee }) => sum + oee.produced, 0),
        made: read.reduce((sum, { made }) => sum + made, 0),
        targetNow: targets.includes(null)
          ? null
          : targets.reduce<number>((sum, target) => sum + (target ?? 0), 0),
      };
    });
  }

  return {
    listStations,
    keptFrom: (siteId, { stationId, lineId } = {}) =>
      Math.max(
        Number.NEGATIVE_INFINITY,
        ...listStations(siteId, lineId)
          .filter((one) => stationId === undefined || one.stationId === stationId)
          .map((one) => deps.keptFrom(siteId, one.stationId)),
      ),
    read: async (siteId, window, scope) => {
      if (window.endAt - window.startAt > longestMs)
        throw new AppError(
          'invalid',
          'Effectiveness and stops are shown for at most a month. Choose a shorter period.',
          {
            details: { field: 'end' },
          },
        );
      return readShifts(siteId, (planned) => planned.shiftsIn(window), scope);
    },
    readShift: (siteId, shift, scope) =>
      readShifts(siteId, (planned) => [{ ...shift, planned: planned.stretchesIn(shift) }], scope),
  };
}
