import { z } from 'zod';
import { documented } from '../../kernel/http/api-doc.ts';
import { eventKinds } from '../model.ts';

const tag = 'Events and productivity';
const compat = { tag, isCompat: true } as const;
const refusals = ['invalid', 'unauthorized', 'forbidden', 'too_large', 'unavailable'] as const;

/** As contract S2 has it; what this server checks is in `recording/parse-event.ts`. */
const eventSchema = z.object({
  timestamp: z.string().describe('ISO 8601; without an offset a local time of the site'),
  worker_id: z.string(),
  workstation_id: z.string(),
  event_type: z.enum(eventKinds),
  confidence: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe('Of two states at one instant the surer one holds'),
  count: z.int().min(0).optional().describe('Units made, of a product_count'),
  event_id: z.string().optional().describe('The sender’s own id: the same one again is the same event'),
  model_id: z.string().optional(),
  model_version: z.string().optional(),
});
const example = {
  timestamp: '2025-09-06T09:30:00+09:00',
  worker_id: 'W1',
  workstation_id: 'S1',
  event_type: 'working',
  confidence: 0.95,
};
const workerExample = '/api/metrics/workers?from=2025-09-06T08:00&to=2025-09-06T10:00';

const windowQuery = z.object({
  from: z
    .string()
    .optional()
    .describe('First instant: ISO 8601 or local time; without one from the beginning'),
  to: z.string().optional().describe('Instant after the last; without one up to now'),
});
export const eventsQuery = windowQuery.extend({
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
  before: z.string().optional().describe('Id of an event, or an instant: only events before it'),
  worker_id: z.string().optional(),
  workstation_id: z.string().optional(),
  event_type: z.enum(eventKinds).optional(),
});
const errors = z.array(z.object({ index: z.int(), error: z.string() }));
const hours = z.number();
const maybeNumber = z.number().nullable();
const workerMetrics = z.object({
  worker_id: z.string(),
  name: z.string(),
  total_active_time_hours: hours,
  total_idle_time_hours: hours,
  utilization_percentage: maybeNumber.describe(
    'Working of known planned time; null where nothing was planned',
  ),
  total_units_produced: z.int(),
  units_per_hour: maybeNumber,
  event_count: z.int(),
});
const workstationMetrics = z.object({
  station_id: z.string(),
  name: z.string(),
  type: z.string(),
  occupancy_time_hours: maybeNumber.describe(
    'Figures are null where too few workers were active (PERSON_GROUP_MIN)',
  ),
  utilization_percentage: maybeNumber,
  total_units_produced: z.int().nullable(),
  throughput_rate: maybeNumber,
  event_count: z.int().nullable(),
});

const workstation = { station_id: z.string(), name: z.string(), type: z.string() };

function listDoc(summary: string, path: string, item: z.ZodRawShape) {
  return documented({ ...compat, summary, answer: z.array(z.object(item)), example: { path } });
}

export const productivityDocs = {
  seed: documented({
    ...compat,
    summary: 'Make the demo plant’s workers, workstations and events again; real ones are never touched',
    answer: z.object({ message: z.string() }),
    refusals: ['unauthorized', 'forbidden'],
    example: { path: '/api/seed' },
  }),
  workers: listDoc('Workers', '/api/workers', { worker_id: z.string(), name: z.string() }),
  workersToo: listDoc('Workers, as the replaced system calls them', '/api/workers/', {
    worker_id: z.string(),
    name: z.string(),
  }),
  workstations: listDoc('Workstations', '/api/workstations', workstation),
  workstationsToo: listDoc(
    'Workstations, as the replaced system calls them',
    '/api/workstations/',
    workstation,
  ),
  events: documented({
    ...compat,
    summary: 'Recorded events, newest first',
    query: eventsQuery,
    answer: z.array(
      z.object({
        id: z.int(),
        timestamp: z.string(),
        worker_id: z.string(),
        workstation_id: z.string(),
        event_type: z.enum(eventKinds),
        confidence: z.number(),
        count: z.int(),
        event_id: z.string().nullable(),
        model_id: z.string().nullable(),
        model_version: z.string().nullable(),
        received_at: z.string(),
      }),
    ),
    refusals: ['invalid'],
    example: { path: '/api/events?limit=10' },
  }),
  send: documented({
    ...compat,
    summary: 'Send one event',
    description: 'The answer comes once the event is on the disk. 200 if it was there already.',
    body: eventSchema,
    answer: z.object({ message: z.string() }),
    status: 201,
    otherwise: { status: 200, text: 'It was there already' },
    refusals,
    example: { path: '/api/events', body: example },
  }),
  sendBatch: documented({
    ...compat,
    summary: 'Send a list of events',
    description: 'Good events are kept whatever the others are; `failed_indices` names the others.',
    body: z.array(eventSchema),
    answer: z.object({
      message: z.string(),
      success_count: z.int(),
      total_count: z.int(),
      failed_count: z.int(),
      failed_indices: z.array(z.int()),
      errors,
    }),
    status: 201,
    refusals,
    example: { path: '/api/events/batch', body: [example] },
  }),
  sendV1: documented({
    tag,
    summary: 'Send events',
    description:
      'One event, a list of them, or NDJSON (`application/x-ndjson`, one event a line), which is recorded while it arrives. Good events are kept whatever the others are.',
    body: z.union([eventSchema, z.array(eventSchema)]),
    answer: z.object({
      accepted: z.int().describe('Recorded by this request'),
      duplicates: z.int().describe('There already'),
      pastRetention: z.int().describe('Older than what retention keeps, and left out'),
      refused: errors.describe('By index from 0; at most the first 1 000'),
      refusedCount: z.int(),
    }),
    status: 201,
    otherwise: { status: 200, text: 'Nothing new was recorded' },
    refusals: [...refusals, 'conflict'],
    example: { path: '/api/v1/events', body: [example] },
  }),
  factory: documented({
    ...compat,
    summary: 'Figures of the whole site',
    query: windowQuery,
    answer: z.object({
      total_productive_time_hours: hours,
      total_production_count: z.int(),
      average_production_rate: maybeNumber.describe('Units an hour of productive time'),
      average_utilization_percentage: maybeNumber,
      worker_count: z.int(),
      station_count: z.int(),
      total_events: z.int(),
    }),
    refusals: ['invalid'],
    example: { path: '/api/metrics/factory' },
  }),
  workersMetrics: documented({
    ...compat,
    summary: 'Figures of each worker',
    query: windowQuery,
    answer: z.array(workerMetrics),
    refusals: ['invalid'],
    example: { path: workerExample },
  }),
  workerMetrics: documented({
    ...compat,
    summary: 'Figures of a worker',
    query: windowQuery,
    answer: workerMetrics,
    refusals: ['invalid', 'not_found'],
    example: { path: '/api/metrics/workers/W1' },
  }),
  workstationsMetrics: documented({
    ...compat,
    summary: 'Figures of each workstation',
    query: windowQuery,
    answer: z.array(workstationMetrics),
    refusals: ['invalid'],
    example: { path: '/api/metrics/workstations' },
  }),
  workstationMetrics: documented({
    ...compat,
    summary: 'Figures of a workstation',
    query: windowQuery,
    answer: workstationMetrics,
    refusals: ['invalid', 'not_found'],
    example: { path: '/api/metrics/workstations/S1' },
  }),
};
