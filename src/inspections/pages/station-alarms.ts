import { type AlarmView, alarmView, daysBetween, type UsualLine } from '../../alerts/views.ts';
import { stationHref } from '../../plant/links.ts';
import type { AskedView } from '../../plant/page-filters.ts';
import type { RunningHours } from '../../plant/running-hours.ts';
import type { InspectionDeps } from '../deps.ts';

/** The panel of alarms: what is on, what is usual of each model, and by which pauses the station is called silent. */
export type StationAlarmsView = {
  alarms: AlarmView[];
  usual: UsualLine[];
  moreCount: number;
  pauses: { silentAfterMs: number; hours: RunningHours['source'] } | null;
  targetsHref: string;
};

/** More models than this are named by the table of models alone. */
const maxModels = 12;

/** Reads the alarms of a station and what they are judged by. */
export async function readStationAlarms(
  deps: InspectionDeps,
  asked: AskedView & { station: string },
): Promise<StationAlarmsView> {
  const { pulse, names } = deps.reads;
  const { alarms, pauses, usual } = await pulse.read(asked.filter.stationId ?? 0);
  const here = stationHref(asked.station, { ...asked.query, station: undefined });
  const models = usual.toSorted((a, b) => b.toAt - a.toAt || b.inspections - a.inspections);
  return {
    alarms: alarms.map((alarm) => alarmView(alarm, here, deps.reads)),
    usual: models.slice(0, maxModels).map(({ partId, inspections, ng, fromAt, toAt, isEnough }) => ({
      part: names.partName(partId),
      basis: {
        rate: 1 - ng / inspections,
        inspections,
        days: daysBetween(fromAt, toAt),
        parts: [],
        morePartsCount: 0,
      },
      ng,
      isEnough,
    })),
    moreCount: Math.max(0, models.length - maxModels),
    pauses: pauses && { silentAfterMs: pauses.silentAfterMs, hours: pauses.running.source },
    targetsHref: `/targets?station=${encodeURIComponent(asked.station)}`,
  };
}
