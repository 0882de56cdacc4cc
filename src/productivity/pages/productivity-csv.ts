import { hourMs } from '../../kernel/time/durations.ts';
import type { ActivityMetrics } from '../activity-metrics.ts';
import type { People } from '../people.ts';
import type { WorkerMetrics, WorkstationMetrics } from '../reads.ts';

type Table = { columns: readonly string[]; rows: Iterable<readonly unknown[]> };

/** Hours with four digits, rates 0..1 with four, as a spreadsheet calculates with them. */
const digits = 4;

const figureColumns = [
  'working_h',
  'idle_h',
  'absent_h',
  'unknown_h',
  'planned_h',
  'utilisation',
  'coverage',
  'units',
] as const;

export function workerRows(list: readonly WorkerMetrics[], people: People): Table {
  return {
    columns: ['worker_id', 'name', ...figureColumns, 'units_per_working_h', 'events'],
    rows: list.map(({ worker, metrics }) => [
      worker.code,
      people.labelOf(worker),
      ...figures(metrics),
      rounded(metrics.unitsPerWorkingHour),
      metrics.events,
    ]),
  };
}

export function stationRows(list: readonly WorkstationMetrics[]): Table {
  return {
    columns: ['station_id', 'name', 'type', ...figureColumns, 'occupied_h', 'units_per_occupied_h', 'events'],
    rows: list.map(({ workstation: { code, name, type }, metrics }) => [
      code,
      name,
      type,
      ...(metrics === null
        ? []
        : [
            ...figures(metrics),
            hours(metrics.occupiedMs),
            rounded(metrics.unitsPerOccupiedHour),
            metrics.events,
          ]),
    ]),
  };
}

function figures(metrics: ActivityMetrics): (number | null)[] {
  return [
    hours(metrics.workingMs),
    hours(metrics.idleMs),
    hours(metrics.absentMs),
    hours(metrics.unknownMs),
    hours(metrics.plannedMs),
    rounded(metrics.utilisation),
    rounded(metrics.coverage),
    metrics.units,
  ];
}

function hours(ms: number): number {
  return rounded(ms / hourMs)!;
}

function rounded(value: number | null): number | null {
  return value === null ? null : Number(value.toFixed(digits));
}
