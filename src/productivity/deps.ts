import type { Clock } from '../kernel/time/clock.ts';
import type { Workers } from '../plant/resources/workers.ts';
import type { Workstations } from '../plant/resources/workstations.ts';
import type { Sites } from '../plant/sites.ts';
import type { People } from './people.ts';
import type { ActivityQueries } from './queries/activity-queries.ts';
import type { EventQueries } from './queries/event-queries.ts';
import type { ProductivityReads } from './reads.ts';
import type { EventCounts } from './recording/event-counts.ts';
import type { EventRecorder } from './recording/event-recorder.ts';
import type { RefusedEvents } from './recording/refused-events.ts';

/** What pages and interfaces of productivity need. */
export type ProductivityDeps = {
  reads: ProductivityReads;
  queries: ActivityQueries;
  eventQueries: EventQueries;
  recorder: EventRecorder;
  refusedEvents: RefusedEvents;
  counts: EventCounts;
  workers: Workers;
  workstations: Workstations;
  people: People;
  sites: Sites;
  maxBodyBytes: number;
  clock: Clock;
};
