import { Hono } from 'hono';
import type { z } from 'zod';
import { AppError } from '../../kernel/errors.ts';
import type { AppContext, AppEnv } from '../../kernel/http/env.ts';
import { bodySizeLimit } from '../../kernel/http/guards/limits.ts';
import { may } from '../../kernel/http/guards/may.ts';
import { readJson } from '../../kernel/http/json-body.ts';
import { hourMs } from '../../kernel/time/durations.ts';
import type { WallClock } from '../../kernel/time/time-zone.ts';
import type { TimeWindow } from '../../plant/time-window.ts';
import type { ProductivityDeps } from '../deps.ts';
import type { EventRow } from '../queries/event-queries.ts';
import { everything, type WorkerMetrics, type WorkstationMetrics } from '../reads.ts';
import type { SentOutcome } from '../recording/event-recorder.ts';
import { productivityDocs as docs, type eventsQuery } from './api-docs.ts';
import { isNdjson, recordLines } from './event-body.ts';

/** Addresses whose bodies have a limit of their own. */
export const eventPaths = ['/api/events', '/api/events/batch', '/api/v1/events'];
/** Refused rows that an answer names. */
const maxNamed = 1_000;

/** The interface of the productivity dashboard (contract S2), and `/api/v1/events`. */
export function activityRoutes(deps: ProductivityDeps): Hono<AppEnv> {
  const { recorder } = deps;
  const limit = bodySizeLimit(deps.maxBodyBytes);
  const send = may('ingest:events');
  return new Hono<AppEnv>()
    .post('/api/seed', may('administer', 'demo.seed'), docs.seed, async (c) => {
      await deps.demo.seed();
      return c.json({ message: 'Database seeded successfully' });
    })
    .get('/api/workers', may('look'), docs.workers, (c) => c.json(listWorkers(deps)))
    .get('/api/workers/', may('look'), docs.workersToo, (c) => c.json(listWorkers(deps)))
    .get('/api/workstations', may('look'), docs.workstations, (c) => c.json(listWorkstations(deps)))
    .get('/api/workstations/', may('look'), docs.workstationsToo, (c) => c.json(listWorkstations(deps)))
    .get('/api/events', may('look'), docs.events, async (c) =>
      c.json(await listEvents(deps, c.req.valid('query'))),
    )
    .post('/api/events', send, docs.send, limit, (c) => sendOne(c, deps))
    .post('/api/events/batch', send, docs.sendBatch, limit, async (c) => {
      const sent = await readJson(c);
      if (!Array.isArray(sent)) throw new AppError('invalid', 'Expected a list of events');
      return c.json(batchAnswer(await recorder.record(sent, 'http')), 201);
    })
    .post('/api/v1/events', send, docs.sendV1, limit, async (c) => {
      const isStream = isNdjson(c);
      const sent = isStream ? [] : await readJson(c);
      const outcomes = isStream
        ? await recordLines(c, recorder)
        : await recorder.record([sent].flat(), 'http');
      // Of a single event the status says what is wrong.
      const [only] = outcomes;
      if (!Array.isArray(sent) && only?.error !== undefined)
        throw new AppError(only.status === 'conflict' ? 'conflict' : 'invalid', only.error);
      const refused = refusedRows(outcomes);
      const numberOf = (one: SentOutcome['status']) => outcomes.filter(({ status }) => status === one).length;
      const accepted = numberOf('recorded');
      const answer = {
        accepted,
        duplicates: numberOf('duplicate'),
        pastRetention: numberOf('past'),
        refused: refused.slice(0, maxNamed),
        refusedCount: refused.length,
      };
      return c.json(answer, accepted > 0 ? 201 : 200);
    })
    .get('/api/metrics/factory', may('look'), docs.factory, async (c) =>
      c.json(await factoryFigures(deps, c.req.valid('query'))),
    )
    .get('/api/metrics/workers', may('look'), docs.workersMetrics, async (c) => {
      const { siteId, window } = readAsked(deps, c.req.valid('query'));
      const list = deps.people.areShown ? await deps.reads.workerMetrics(siteId, window) : [];
      return c.json(list.map((one) => workerFigures(deps, one)));
    })
    .get('/api/metrics/workers/:id', may('look'), docs.workerMetrics, async (c) => {
      const { siteId, window } = readAsked(deps, c.req.valid('query'));
      const list = await deps.reads.workerMetrics(siteId, window);
      const found = list.find(({ worker }) => worker.code === c.req.param('id'));
      if (found === undefined || !deps.people.areShown) throw new AppError('not_found', 'Worker not found');
      return c.json(workerFigures(deps, found));
    })
    .get('/api/metrics/workstations', may('look'), docs.workstationsMetrics, async (c) => {
      const { siteId, window } = readAsked(deps, c.req.valid('query'));
      return c.json((await deps.reads.workstationMetrics(siteId, window)).map(workstationFigures));
    })
    .get('/api/metrics/workstations/:id', may('look'), docs.workstationMetrics, async (c) => {
      const { siteId, window } = readAsked(deps, c.req.valid('query'));
      const list = await deps.reads.workstationMetrics(siteId, window);
      const found = list.find(({ workstation }) => workstation.code === c.req.param('id'));
      if (found === undefined) throw new AppError('not_found', 'Workstation not found');
      return c.json(workstationFigures(found));
    });
}

async function sendOne(c: AppContext, { recorder }: ProductivityDeps) {
  const sent = await readJson(c);
  if (Array.isArray(sent))
    throw new AppError('invalid', 'Expected one event. Send a list to /api/events/batch');
  const [outcome] = await recorder.record([sent], 'http');
  if (outcome?.error !== undefined) throw new AppError('invalid', outcome.error);
  return outcome?.status === 'recorded'
    ? c.json({ message: 'Event ingested successfully' }, 201)
    : c.json({
        message: outcome?.status === 'past' ? 'Event is already past retention' : 'Duplicate event ignored',
      });
}

function refusedRows(outcomes: readonly SentOutcome[]): { index: number; error: string }[] {
  return outcomes.flatMap(({ error }, index) => (error === undefined ? [] : [{ index, error }]));
}

function batchAnswer(outcomes: readonly SentOutcome[]) {
  const refused = refusedRows(outcomes);
  const good = outcomes.length - refused.length;
  return {
    message: `${good}/${outcomes.length} events ingested successfully`,
    success_count: good,
    total_count: outcomes.length,
    failed_count: refused.length,
    failed_indices: refused.map(({ index }) => index),
    errors: refused.slice(0, maxNamed),
  };
}

function listWorkers({ reads, workers, people }: ProductivityDeps) {
  if (!people.areShown) return [];
  return workers
    .list(reads.siteId())
    .map((worker) => ({ worker_id: worker.code, name: people.labelOf(worker) }));
}

function listWorkstations({ reads, workstations }: ProductivityDeps) {
  return workstations.list(reads.siteId()).map(({ code, name, type }) => ({ station_id: code, name, type }));
}

/** The site and the window that a request asks for: `from` inclusive, `to` exclusive, each or both left out. */
function readAsked(
  { reads, sites, clock }: ProductivityDeps,
  { from, to }: { from?: string | undefined; to?: string | undefined },
): { siteId: number; window: TimeWindow } {
  const siteId = reads.siteId();
  const wallClock = sites.wallClockOf(siteId);
  const whole = everything(clock.now());
  const window = {
    startAt: readInstant('from', from, wallClock) ?? whole.startAt,
    endAt: readInstant('to', to, wallClock) ?? whole.endAt,
  };
  if (window.endAt <= window.startAt)
    throw new AppError('invalid', '"to" must be after "from"', { details: { field: 'to' } });
  return { siteId, window };
}

/** @throws AppError 'invalid' naming the field. */
function readInstant(field: string, text: string | undefined, wallClock: WallClock): number | undefined {
  if (text === undefined) return undefined;
  // A plus sign that was not encoded arrives as a space.
  const at = wallClock.parse(text) ?? wallClock.parse(text.replace(/ (?=\d\d:?\d\d$)/, '+'));
  if (at === undefined)
    throw new AppError('invalid', `${field}: write a time such as 2026-01-15T08:00 or 2026-01-15T08:00:00Z`, {
      details: { field },
    });
  return at;
}

async function listEvents(deps: ProductivityDeps, query: z.output<typeof eventsQuery>) {
  const { reads, sites, workers, workstations, eventQueries, people } = deps;
  const siteId = reads.siteId();
  const wallClock = sites.wallClockOf(siteId);
  const listed = workstations.list(siteId);
  const asked = query.workstation_id;
  const stationIds = listed
    .filter(({ code }) => asked === undefined || code === asked)
    .map(({ stationId }) => stationId);
  const worker = query.worker_id === undefined ? undefined : workers.find(siteId, query.worker_id);
  if (query.worker_id !== undefined && (worker === undefined || !people.areShown)) return [];
  const rows = await eventQueries.list(
    {
      stationIds: [...new Set(stationIds)],
      workerId: worker?.id,
      kind: query.event_type,
      fromAt: readInstant('from', query.from, wallClock),
      untilAt: readInstant('to', query.to, wallClock),
      before: await readBefore(deps, query.before, wallClock),
    },
    query.limit,
  );
  return rows.map((row) => ({
    id: row.id,
    timestamp: isoOf(row.at),
    worker_id: people.areShown ? (workers.get(row.workerId)?.code ?? '') : '',
    workstation_id: workstations.ofStation(row.stationId)?.code ?? '',
    event_type: row.kind,
    confidence: row.confidence,
    count: row.count,
    event_id: row.eventId,
    model_id: row.modelId,
    model_version: row.modelVersion,
    received_at: isoOf(row.receivedAt),
  }));
}

/** The event, or the instant, before which events are listed. */
async function readBefore(
  { eventQueries }: ProductivityDeps,
  text: string | undefined,
  wallClock: WallClock,
): Promise<Pick<EventRow, 'at' | 'id'> | undefined> {
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) return { at: readInstant('before', text, wallClock)!, id: 0 };
  const found = await eventQueries.find(Number(text));
  if (found === undefined)
    throw new AppError('invalid', `before: there is no event ${text}`, { details: { field: 'before' } });
  return found;
}

function isoOf(at: number): string {
  return new Date(at).toISOString();
}

async function factoryFigures(
  deps: ProductivityDeps,
  query: { from?: string | undefined; to?: string | undefined },
) {
  const { siteId, window } = readAsked(deps, query);
  const list = await deps.reads.workerMetrics(siteId, window);
  const total = deps.reads.totalOf(siteId, window, list);
  return {
    total_productive_time_hours: hours(total.workingMs),
    total_production_count: total.units,
    average_production_rate: rounded(total.unitsPerWorkingHour),
    average_utilization_percentage: percent(total.utilisation),
    worker_count: list.length,
    station_count: deps.workstations.list(siteId).length,
    total_events: total.events,
  };
}

function workerFigures({ people }: ProductivityDeps, { worker, metrics }: WorkerMetrics) {
  return {
    worker_id: worker.code,
    name: people.labelOf(worker),
    total_active_time_hours: hours(metrics.workingMs),
    total_idle_time_hours: hours(metrics.idleMs),
    utilization_percentage: percent(metrics.utilisation),
    total_units_produced: metrics.units,
    units_per_hour: rounded(metrics.unitsPerWorkingHour),
    event_count: metrics.events,
  };
}

function workstationFigures({ workstation, metrics }: WorkstationMetrics) {
  return {
    station_id: workstation.code,
    name: workstation.name,
    type: workstation.type,
    occupancy_time_hours: metrics && hours(metrics.occupiedMs),
    utilization_percentage: metrics && percent(metrics.utilisation),
    total_units_produced: metrics?.units ?? null,
    throughput_rate: metrics && rounded(metrics.unitsPerOccupiedHour),
    event_count: metrics?.events ?? null,
  };
}

function hours(ms: number): number {
  return twoDecimals(ms / hourMs);
}

function percent(rate: number | null): number | null {
  return rate === null ? null : twoDecimals(100 * rate);
}

function rounded(value: number | null): number | null {
  return value === null ? null : twoDecimals(value);
}

/** The replaced system's answers have two decimals. */
function twoDecimals(value: number): number {
  return Math.round(value * 100) / 100;
}
