/**
 * Figures of a window → what the pages of productivity print.
 *
 * Templates and their data:
 *   productivity/page          BoardPage
 *   productivity/_board        BoardView          (GET /productivity/board, container #productivity-board)
 *   productivity/_figures      BoardFigures       part #productivity-figures
 *   productivity/_worker       WorkerRow          part #worker-<slug>
 *   productivity/_workstation  WorkstationRow     part #workstation-<slug>
 */
import {
  ascending,
  descending,
  type SortableTable,
  type SortHead,
  sortHeads,
  type sortQuery,
  sortRows,
  type TableSort,
} from '../../kernel/http/table-sort.ts';
import { domId } from '../../kernel/stream/fragment.ts';
import type { PageFragments } from '../../kernel/stream/page-fragments.ts';
import { hourMs } from '../../kernel/time/durations.ts';
import type { FilterForm } from '../../plant/page-filters.ts';
import type { PeriodSteps } from '../../plant/period-steps.ts';
import type { TimeWindow } from '../../plant/time-window.ts';
import type { ActivityMetrics } from '../activity-metrics.ts';
import { type AskedBoard, boardHref, type Kept } from '../asked-board.ts';
import type { ActivityState, Segment } from '../model.ts';
import type { People } from '../people.ts';
import type { WorkerMetrics, WorkstationMetrics } from '../reads.ts';
import { drawStateBar } from './state-bar.ts';

/** Rows of each table; of more, the first. */
const maxRows = 300;
/** A day with the hour that a clock change adds. */
const longestCutMs = 25 * hourMs;

/** What somebody does now, since when; null while it is not known. */
export type StateNow = { state: ActivityState; sinceAt: number } | null;

export type WorkerRow = {
  id: string;
  code: string;
  label: string;
  href: string;
  barSvg: string;
  now: StateNow;
  metrics: ActivityMetrics;
};

export type WorkstationRow = {
  id: string;
  code: string;
  name: string;
  type: string;
  href: string;
  barSvg: string;
  now: StateNow;
  /** Null where too few workers were active for figures that are nobody's own. */
  metrics: ActivityMetrics | null;
};

export type BoardFigures = {
  total: ActivityMetrics;
  workerCount: number;
  /** Workers of whom anything is known in the window. */
  activeCount: number;
  stationCount: number;
  areWorkersShown: boolean;
};

export type BoardView = {
  figures: BoardFigures;
  /** Null where people are not shown. */
  workers: { rows: readonly WorkerRow[]; heads: Record<string, SortHead>; moreCount: number } | null;
  workstations: { rows: readonly WorkstationRow[]; heads: Record<string, SortHead>; moreCount: number };
  isEmpty: boolean;
  /** Whether the window has the present in it: then rows say what is done now. */
  isRunning: boolean;
  /** What the bars show: of a day the part that is planned or known. */
  window: TimeWindow;
};

export type BoardPage = {
  live: PageFragments<'board'>;
  filters: FilterForm;
  steps: PeriodSteps;
  window: TimeWindow;
  isAssumed: boolean;
  kept: Kept | null;
  /** Shown is the demo plant, because nothing real is there. */
  isDemo: boolean;
  mayChange: boolean;
  /** The tables as files. */
  csvHref: string;
  stationsCsvHref: string;
  here: string;
};

const workersTable: SortableTable<WorkerRow> = {
  name: 'workers',
  columns: {
    name: ascending(({ label }) => label),
    state: ascending(({ now }) => (now === null ? null : ['working', 'idle', 'absent'].indexOf(now.state))),
    working: descending(({ metrics }) => metrics.workingMs),
    idle: descending(({ metrics }) => metrics.idleMs),
    utilisation: descending(({ metrics }) => metrics.utilisation),
    coverage: descending(({ metrics }) => metrics.coverage),
    units: descending(({ metrics }) => metrics.units),
    rate: descending(({ metrics }) => metrics.unitsPerWorkingHour),
  },
  usual: { column: 'name', isDescending: false },
};

const workstationsTable: SortableTable<WorkstationRow> = {
  name: 'workstations',
  columns: {
    name: ascending(({ name }) => name),
    state: ascending(({ now }) => (now === null ? null : ['working', 'idle', 'absent'].indexOf(now.state))),
    occupied: descending(({ metrics }) => metrics?.occupiedMs ?? null),
    utilisation: descending(({ metrics }) => metrics?.utilisation ?? null),
    coverage: descending(({ metrics }) => metrics?.coverage ?? null),
    units: descending(({ metrics }) => metrics?.units ?? null),
    rate: descending(({ metrics }) => metrics?.unitsPerOccupiedHour ?? null),
  },
  usual: { column: 'name', isDescending: false },
};

export const boardTables = [workersTable, workstationsTable] as const;

export type BoardFacts = {
  asked: AskedBoard;
  now: number;
  total: ActivityMetrics;
  workers: readonly WorkerMetrics[];
  workstations: readonly WorkstationMetrics[];
  /** By worker id, and by station id, in order. */
  workerSegments: ReadonlyMap<number, readonly Segment[]>;
  stationSegments: ReadonlyMap<number, readonly Segment[]>;
  /** Whether states are drawn moment by moment; a longer window shows how much of each there was. */
  isDrawn: boolean;
  people: People;
  sort: TableSort | null;
};

export function boardView(facts: BoardFacts): BoardView {
  const { asked, now, total, workers, workstations, people, sort } = facts;
  const { query, plannedStretches: planned } = asked;
  const { isDrawn } = facts;
  const isRunning = now < asked.window.endAt;
  const window = drawnWindow(asked.window, planned, [
    ...[...facts.workerSegments.values()].flat(),
    ...[...facts.stationSegments.values()].flat(),
  ]);
  const bar = (segments: readonly Segment[], metrics: ActivityMetrics | null) =>
    isDrawn || metrics === null
      ? drawStateBar(segments, window, { planned, now })
      : drawStateBar(composition(metrics), { startAt: 0, endAt: wholeOf(metrics) }, { now: 0 });
  const workerRows = workers.slice(0, maxRows).map(({ worker, metrics }): WorkerRow => {
    const segments = facts.workerSegments.get(worker.id) ?? [];
    return {
      id: domId('worker', worker.code),
      code: worker.code,
      label: people.labelOf(worker),
      href: boardHref(`/productivity/workers/${encodeURIComponent(worker.code)}`, query),
      barSvg: bar(segments, metrics),
      now: isRunning ? stateNow(segments, now) : null,
      metrics,
    };
  });
  const stationRows = workstations.slice(0, maxRows).map(({ workstation, metrics }): WorkstationRow => {
    const { stationId, code, name, type } = workstation;
    const segments = metrics === null ? [] : (facts.stationSegments.get(stationId) ?? []);
    return {
      id: domId('workstation', code),
      code,
      name,
      type,
      href: boardHref(`/productivity/stations/${encodeURIComponent(code)}`, query),
      barSvg: bar(segments, metrics),
      now: isRunning ? stateNow(segments, now) : null,
      metrics,
    };
  });
  const headHref = (table: string) => (order: ReturnType<typeof sortQuery>) =>
    `${boardHref('/productivity', query, order)}#${table}-title`;
  return {
    figures: {
      total,
      workerCount: workers.length,
      activeCount: workers.filter(({ metrics }) => metrics.events > 0 || metrics.occupiedMs > 0).length,
      stationCount: workstations.length,
      areWorkersShown: people.areShown,
    },
    workers: people.areShown
      ? {
          rows: sortRows(workerRows, workersTable, sort),
          heads: sortHeads(workersTable, sort, headHref('workers')),
          moreCount: workers.length - workerRows.length,
        }
      : null,
    workstations: {
      rows: sortRows(stationRows, workstationsTable, sort),
      heads: sortHeads(workstationsTable, sort, headHref('workstations')),
      moreCount: workstations.length - stationRows.length,
    },
    isEmpty: workers.length === 0 && workstations.length === 0,
    isRunning,
    window,
  };
}

/** The part of a window in which anything is planned or known; all of it where nothing is, and of longer ones than a day. */
export function drawnWindow(
  window: TimeWindow,
  planned: readonly TimeWindow[],
  segments: readonly TimeWindow[],
): TimeWindow {
  const all = [...planned, ...segments];
  if (all.length === 0 || window.endAt - window.startAt > longestCutMs) return window;
  return {
    startAt: Math.max(
      window.startAt,
      all.reduce((least, { startAt }) => Math.min(least, startAt), window.endAt),
    ),
    endAt: Math.min(
      window.endAt,
      all.reduce((most, { endAt }) => Math.max(most, endAt), window.startAt),
    ),
  };
}

/** Planned time of all states together, at least the planned time itself, for a bar of how much of each there was. */
function wholeOf({ plannedMs, plannedWorkingMs, plannedIdleMs, plannedAbsentMs }: ActivityMetrics): number {
  return Math.max(1, plannedMs, plannedWorkingMs + plannedIdleMs + plannedAbsentMs);
}

function composition({ plannedWorkingMs, plannedIdleMs, plannedAbsentMs }: ActivityMetrics) {
  const idleAt = plannedWorkingMs;
  const absentAt = idleAt + plannedIdleMs;
  return [
    { state: 'working', startAt: 0, endAt: idleAt },
    { state: 'idle', startAt: idleAt, endAt: absentAt },
    { state: 'absent', startAt: absentAt, endAt: absentAt + plannedAbsentMs },
  ] as const;
}

/** The state at the present; null where nothing is known of it, and for a window that has ended. */
export function stateNow(segments: readonly Segment[], now: number): StateNow {
  const last = segments.at(-1);
  // Segments are clipped to now: the last one lasts if it ends there.
  if (last === undefined || last.endAt < now) return null;
  let sinceAt = last.startAt;
  for (const segment of segments.toReversed()) {
    if (segment.state !== last.state || segment.endAt < sinceAt) break;
    sinceAt = segment.startAt;
  }
  return { state: last.state, sinceAt };
}
