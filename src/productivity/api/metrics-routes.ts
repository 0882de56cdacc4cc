import { Hono } from 'hono';
import { z } from 'zod';
import { AppError } from '../../kernel/errors.ts';
import { documented } from '../../kernel/http/api-doc.ts';
import type { AppContext, AppEnv } from '../../kernel/http/env.ts';
import { may } from '../../kernel/http/guards/may.ts';
import { periods } from '../../plant/links.ts';
import type { ActivityMetrics } from '../activity-metrics.ts';
import { type AskedBoard, readAskedBoard } from '../asked-board.ts';
import type { ProductivityDeps } from '../deps.ts';
import { type Oee, sumOee } from '../oee/oee.ts';
import type { StationOee } from '../oee/oee-reads.ts';
import type { Stop } from '../oee/station-shifts.ts';

const tag = 'Events and productivity';
const query = z.object({
  period: z.enum(periods).optional().describe('The shift by default, or today where no shifts are set'),
  start: z.string().optional(),
  end: z.string().optional(),
});
const stationQuery = query.extend({
  line: z.string().optional().describe('Name of a line: its stations, over the shifts of that line'),
  station: z.string().optional().describe('Name of a station'),
});
const rate = z.number().nullable();
const window = { start: z.string(), end: z.string() };
const assumed = {
  isAssumed: z.boolean().describe('Planned time is assumed: 08:00 to 17:00, Monday to Friday'),
};
const activity = {
  workingMs: z.int(),
  idleMs: z.int(),
  absentMs: z.int(),
  unknownMs: z.int().describe('Planned time of which nothing is known'),
  plannedMs: z.int(),
  utilisation: rate.describe('Working of known planned time, 0..1'),
  coverage: rate.describe('Known of planned time, 0..1'),
  units: z.int(),
  unitsPerWorkingHour: rate,
  events: z.int(),
};
const oee = {
  availability: rate,
  performance: rate.describe('Above 1 where the ideal cycle is too slow; null without one'),
  quality: rate.describe('Null where nobody inspects'),
  oee: rate,
  plannedBusyMs: z.number(),
  actualProductionMs: z.number(),
  produced: z.number(),
  good: z.number().nullable(),
  losses: z
    .object({
      breakdown: z.number(),
      setup: z.number(),
      minorStops: z.number(),
      reducedSpeed: z.number(),
      startUpRejects: z.number(),
      productionRejects: z.number(),
    })
    .nullable()
    .describe('Milliseconds; together plannedBusyMs × (1 − oee)'),
};
const stop = z.object({
  station: z.string(),
  start: z.string(),
  end: z.string().nullable().describe('Null while it lasts'),
  plannedMs: z.int().describe('How much of it was planned time'),
  loss: z.enum(['breakdown', 'setup', 'planned']),
  isChangeOver: z.boolean(),
  reason: z.string().nullable(),
  note: z.string().nullable(),
  reportedBy: z.string().nullable(),
});
const docs = {
  workers: documented({
    tag,
    summary: 'Time, utilisation and coverage of each worker',
    query,
    answer: z.object({
      ...window,
      ...assumed,
      workers: z.array(z.object({ worker: z.string(), name: z.string(), ...activity })),
    }),
    example: { path: '/api/v1/metrics/workers?period=today' },
  }),
  workstations: documented({
    tag,
    summary: 'Time, utilisation and coverage of each workstation',
    query,
    answer: z.object({
      ...window,
      ...assumed,
      workstations: z.array(
        z.object({
          station: z.string(),
          name: z.string(),
          type: z.string(),
          metrics: z.object(activity).nullable().describe('Null where too few workers were active'),
        }),
      ),
    }),
    example: { path: '/api/v1/metrics/workstations?period=today' },
  }),
  oee: documented({
    tag,
    summary:
      'Effectiveness of each station, of each line and of all together, with its factors and six losses',
    description:
      'Over the shifts that begin in the window or run at its start, at most a month. Stations of a line with shifts of its own are measured over those.',
    query: stationQuery,
    answer: z.object({
      ...window,
      ...assumed,
      total: z.object(oee),
      lines: z.array(z.object({ line: z.string(), ...oee })).describe('Lines with stations that are judged'),
      stations: z.array(
        z.object({
          station: z.string(),
          line: z.string().nullable(),
          isJudged: z.boolean().describe('False where nothing was counted and no ideal cycle is set'),
          ...oee,
          target: z.number().nullable().describe('Units of the planned time so far at the ideal cycle'),
          stops: z.int(),
        }),
      ),
    }),
    refusals: ['not_found'],
    example: { path: '/api/v1/metrics/oee?period=today' },
  }),
  stops: documented({
    tag,
    summary: 'Stops of stations, newest first',
    query: stationQuery,
    answer: z.object({ ...window, ...assumed, stops: z.array(stop) }),
    refusals: ['not_found'],
    example: { path: '/api/v1/stops?period=today' },
  }),
};

/** `/api/v1/metrics/*` and `/api/v1/stops`. */
export function metricsRoutes(deps: ProductivityDeps): Hono<AppEnv> {
  const { reads, people } = deps;
  return new Hono<AppEnv>()
    .get('/api/v1/metrics/workers', may('look'), docs.workers, async (c) => {
      const asked = askedOf(c, deps);
      const list = people.areShown ? await reads.workerMetrics(asked.siteId, asked.window) : [];
      const workers = list.map(({ worker, metrics }) => ({
        worker: worker.code,
        name: people.labelOf(worker),
        ...activityOf(metrics),
      }));
      return c.json({ ...coverOf(asked), workers });
    })
    .get('/api/v1/metrics/workstations', may('look'), docs.workstations, async (c) => {
      const asked = askedOf(c, deps);
      const list = await reads.workstationMetrics(asked.siteId, asked.window);
      const workstations = list.map(({ workstation: { code, name, type }, metrics }) => ({
        station: code,
        name,
        type,
        metrics: metrics && activityOf(metrics),
      }));
      return c.json({ ...coverOf(asked), workstations });
    })
    .get('/api/v1/metrics/oee', may('look'), docs.oee, async (c) => {
      const asked = askedOf(c, deps);
      const list = await readStations(deps, asked, c.req.valid('query').station);
      const judged = list.filter(({ isJudged }) => isJudged);
      const total = sumStations(judged);
      const lines = deps.lines.list(asked.siteId).flatMap(({ id, name }) => {
        const ofLine = judged.filter(({ lineId }) => lineId === id);
        return ofLine.length === 0 ? [] : { line: name, ...oeeFields(sumStations(ofLine)) };
      });
      const stations = list.map(({ name, lineId, isJudged, oee: one, targetNow, shifts }) => ({
        station: name,
        line: deps.lines.get(lineId)?.name ?? null,
        isJudged,
        ...oeeFields(one),
        target: targetNow,
        stops: shifts.reduce((sum, { stops }) => sum + stops.length, 0),
      }));
      return c.json({ ...coverOf(asked), total: oeeFields(total), lines, stations });
    })
    .get('/api/v1/stops', may('look'), docs.stops, async (c) => {
      const asked = askedOf(c, deps);
      const list = await readStations(deps, asked, c.req.valid('query').station);
      const stops = list
        .filter(({ isJudged }) => isJudged)
        .flatMap(({ name, shifts }) =>
          shifts.flatMap((shift) => shift.stops.map((one) => stopFields(name, one))),
        )
        .sort((a, b) => (a.start < b.start ? 1 : -1));
      return c.json({ ...coverOf(asked), stops });
    });
}

function askedOf(c: AppContext, deps: ProductivityDeps): AskedBoard {
  return readAskedBoard(deps, { search: new URL(c.req.url).searchParams, kiosk: false });
}

/** @throws AppError 'not_found' for a station that is none. */
async function readStations(
  { oee: reads }: ProductivityDeps,
  asked: AskedBoard,
  station: string | undefined,
) {
  const scope = { lineId: asked.line?.id };
  if (station === undefined) return reads.read(asked.siteId, asked.window, scope);
  const found = reads.listStations(asked.siteId, asked.line?.id).find(({ name }) => name === station);
  if (found === undefined) throw new AppError('not_found', `There is no station "${station.slice(0, 100)}".`);
  return reads.read(asked.siteId, asked.window, { stationId: found.stationId });
}

function coverOf({ window: { startAt, endAt }, wallClock, isAssumed }: AskedBoard) {
  return { start: wallClock.format(startAt, 'iso'), end: wallClock.format(endAt, 'iso'), isAssumed };
}

const sumStations = (list: readonly StationOee[]) =>
  sumOee(list.flatMap(({ shifts }) => shifts.map(({ facts }) => facts)));

function activityOf(metrics: ActivityMetrics) {
  const { workingMs, idleMs, absentMs, unknownMs, plannedMs, utilisation, coverage, units, events } = metrics;
  return {
    workingMs,
    idleMs,
    absentMs,
    unknownMs,
    plannedMs,
    utilisation,
    coverage,
    units,
    unitsPerWorkingHour: metrics.unitsPerWorkingHour,
    events,
  };
}

function oeeFields({
  busyMs,
  productionMs,
  produced,
  good,
  availability,
  performance,
  quality,
  oee: product,
  losses,
}: Oee) {
  return {
    availability,
    performance,
    quality,
    oee: product,
    plannedBusyMs: busyMs,
    actualProductionMs: productionMs,
    produced,
    good,
    losses,
  };
}

function stopFields(
  station: string,
  { startAt, endAt, plannedMs, loss, isChangeOver, isOpen, reason, report }: Stop,
) {
  return {
    station,
    start: new Date(startAt).toISOString(),
    end: isOpen ? null : new Date(endAt).toISOString(),
    plannedMs,
    loss,
    isChangeOver,
    reason: reason?.name ?? null,
    note: report === null ? null : report.note,
    reportedBy: report?.reportedBy ?? null,
  };
}
