import type { Clock } from '../kernel/time/clock.ts';
import type { PlantNames } from '../plant/names.ts';
import type { IdealCycles } from '../plant/resources/ideal-cycles.ts';
import type { Lines } from '../plant/resources/lines.ts';
import type { Workers } from '../plant/resources/workers.ts';
import type { Workstations } from '../plant/resources/workstations.ts';
import type { ShiftPlans } from '../plant/shifts/shift-plans.ts';
import type { Sites } from '../plant/sites.ts';
import type { DemoActivity } from './demo-activity.ts';
import type { ShiftNotes } from './handover/shift-notes.ts';
import type { OeeReads } from './oee/oee-reads.ts';
import type { ReadShiftProgress } from './oee/shift-progress.ts';
import type { People } from './people.ts';
import type { ActivityQueries } from './queries/activity-queries.ts';
import type { EventQueries } from './queries/event-queries.ts';
import type { ProductivityReads } from './reads.ts';
import type { Intakes } from './receiving/open-intakes.ts';
import type { EventCounts } from './recording/event-counts.ts';
import type { EventRecorder } from './recording/event-recorder.ts';
import type { RefusedEvents } from './recording/refused-events.ts';
import type { StopReasons } from './stops/stop-reasons.ts';

/** What pages and interfaces of productivity need. */
export type ProductivityDeps = {
  reads: ProductivityReads;
  queries: ActivityQueries;
  eventQueries: EventQueries;
  recorder: EventRecorder;
  demo: DemoActivity;
  oee: OeeReads;
  /** Output of the running shift. */
  progress: ReadShiftProgress;
  reasons: StopReasons;
  notes: ShiftNotes;
  cycles: IdealCycles;
  /** Effectiveness after a change by hand: what is kept of it is read again. */
  forgetShifts(): void;
  names: Pick<PlantNames, 'stationName' | 'listParts' | 'partName' | 'isShown' | 'groupOf'>;
  refusedEvents: RefusedEvents;
  intakes: Intakes;
  counts: EventCounts;
  lines: Pick<Lines, 'find' | 'list' | 'get'>;
  workers: Workers;
  workstations: Workstations;
  people: People;
  shifts: Pick<ShiftPlans, 'calendarOf'>;
  sites: Sites;
  maxBodyBytes: number;
  clock: Clock;
};
