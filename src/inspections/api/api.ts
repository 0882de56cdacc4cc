import { type Context, Hono } from 'hono';
import type { z } from 'zod';
import { parseKeyset, writeKeyset } from '../../kernel/db/keyset.ts';
import { AppError } from '../../kernel/errors.ts';
import type { AppEnv } from '../../kernel/http/env.ts';
import { may } from '../../kernel/http/guards/may.ts';
import { mapFairly } from '../../kernel/jobs/map-fairly.ts';
import { readAskedSite } from '../../plant/asked-site.ts';
import type { Station } from '../../plant/names.ts';
import { readAskedView } from '../../plant/page-filters.ts';
import { areCutAtHours, fillBuckets } from '../../plant/time-window.ts';
import { sumCounts, unitCounts, yieldRate } from '../../plant/yield.ts';
import { wilsonInterval } from '../../statistics/proportion.ts';
import type { InspectionDeps } from '../deps.ts';
import { placeOfGap } from '../gaps/gap-queries.ts';
import type { InspectionRef } from '../model.ts';
import type { ListFilter } from '../queries/inspection-queries.ts';
import type { InspectionReads } from '../reads.ts';
import type { StationNow } from '../stations/station-states.ts';
import { apiDocs } from './api-docs.ts';
import type { gapsQuery, listQuery } from './api-schemas.ts';

/** `/api/v1` of inspections: stations, parts, inspections by keyset paging, yield by bucket. Instants are epoch ms UTC, ratios 0..1. */
export function inspectionApiRoutes(deps: InspectionDeps): Hono<AppEnv> {
  const { reads } = deps;
  return new Hono<AppEnv>()
    .get('/api/v1/stations', may('look'), apiDocs.stations, async (c) =>
      c.json({
        stations: await mapFairly(stationsAsked(c, reads), async ({ id, siteId, name }) => ({
          site: (reads.sites.get(siteId) ?? reads.sites.own).name,
          name,
          ...stateJson(await reads.states.read(id)),
          ...pulseJson(await reads.pulse.read(id), reads),
        })),
      }),
    )
    .get('/api/v1/sites', may('look'), apiDocs.sites, (c) =>
      c.json({
        sites: reads.sites.list().map(({ id, ...site }) => ({ ...site, isOwn: id === reads.sites.own.id })),
      }),
    )
    .get('/api/v1/parts', may('look'), apiDocs.parts, (c) =>
      c.json({ parts: reads.names.listParts().map(({ name }) => ({ name })) }),
    )
    .get('/api/v1/inspections', may('look'), apiDocs.inspections, async (c) =>
      c.json(await listPage(deps, c, c.req.valid('query'))),
    )
    .get('/api/v1/inspections/:id{[0-9]+}', may('look'), apiDocs.inspection, async (c) => {
      const id = Number(c.req.param('id'));
      const found = Number.isSafeInteger(id) ? await reads.inspections.find(id) : undefined;
      if (!found) throw new AppError('not_found', `There is no inspection ${c.req.param('id')}.`);
      return c.json(toJson(found));
    })
    .get('/api/v1/gaps', may('look'), apiDocs.gaps, async (c) =>
      c.json(await gapPage(deps, c, c.req.valid('query'))),
    )
    .get('/api/v1/yield', may('look'), apiDocs.yield, async (c) => c.json(await yieldByBucket(deps, c)))
    .get('/api/v1/sources', may('look'), apiDocs.sources, (c) => c.json({ sources: deps.sources.list() }))
    .post('/api/v1/rescan', may('operate', 'inspections.rescan'), apiDocs.rescan, async (c) =>
      c.json(await deps.sources.rescan()),
    );
}

/** The state's code, null until it can be judged; what else is wrong by its codes. */
function stateJson({ lastSeenAt, state, also }: StationNow) {
  const sinceAt = state !== null && 'sinceAt' in state ? state.sinceAt : null;
  return {
    lastSeenAt,
    state: state?.code ?? null,
    stateSince: sinceAt,
    alsoWrong: also.map(({ code }) => code),
  };
}

/** All stations, or those of the requested site. */
function stationsAsked(c: Context<AppEnv>, { names, sites }: InspectionDeps['reads']): Station[] {
  const { isUnknown, siteId } = readAskedSite(c.req.query('site') || undefined, undefined, sites);
  return isUnknown ? [] : names.listStations(siteId);
}

/** Without any of `period, start, end` a list covers all time. */
function hasWindow(search: URLSearchParams): boolean {
  return ['period', 'start', 'end'].some((field) => (search.get(field) ?? '') !== '');
}

async function listPage(deps: InspectionDeps, c: Context<AppEnv>, asks: z.output<typeof listQuery>) {
  const search = new URL(c.req.url).searchParams;
  const { verdict, count, name, limit, before, after } = asks;
  const asked = readAskedView(search, deps.reads, { isStrict: true });
  const filter: ListFilter = {
    ...asked.filter,
    ...(verdict ? { verdict } : {}),
    ...(hasWindow(search) ? { window: asked.window } : {}),
    sequence: count,
    name,
  };
  const newer = parseKeyset(after ?? null, 'after');
  const from = newer ?? parseKeyset(before ?? null, 'before');
  const found = asked.isUnknown
    ? []
    : await deps.reads.inspections.list(filter, {
        limit,
        direction: newer ? 'newer' : 'older',
        ...(from ? { from } : {}),
      });
  const last = found.at(-1);
  const next = last && found.length === limit ? writeKeyset(last) : null;
  return { inspections: found.map(toJson), next: next && { [newer ? 'after' : 'before']: next } };
}

async function gapPage(
  deps: InspectionDeps,
  c: Context<AppEnv>,
  { limit, before }: z.output<typeof gapsQuery>,
) {
  const { gaps, sites } = deps.reads;
  const { isUnknown, window, filter } = readAskedView(new URL(c.req.url).searchParams, deps.reads, {
    isStrict: true,
  });
  const from = parseKeyset(before, 'before');
  const found = isUnknown ? [] : await gaps.list(window, filter, { limit, ...(from ? { from } : {}) });
  const last = found.at(-1);
  return {
    gaps: found.map(({ id: _id, site, ...gap }) => ({ site: site?.name ?? sites.own.name, ...gap })),
    checkedCount: isUnknown ? 0 : await gaps.countChecked(window, filter),
    next: last && found.length === limit ? { before: writeKeyset(placeOfGap(last)) } : null,
  };
}

async function yieldByBucket(deps: InspectionDeps, c: Context<AppEnv>) {
  const asked = readAskedView(new URL(c.req.url).searchParams, deps.reads, { isStrict: true });
  const { window, buckets, bucketMs } = asked;
  const rows = asked.isUnknown
    ? []
    : await deps.reads.counts.countByTime(window, asked.filter, areCutAtHours(asked.buckets));
  const filled = fillBuckets(buckets, rows);
  const total = sumCounts(filled);
  const units = unitCounts(total);
  return {
    ...window,
    bucketMs,
    ...total,
    yieldRate: yieldRate(units),
    interval: wilsonInterval(units.ok, units.ok + units.ng),
    buckets: filled.map((bucket) => ({ ...bucket, yieldRate: yieldRate(unitCounts(bucket)) })),
  };
}

function toJson({ rootId: _root, stationId: _station, ...inspection }: InspectionRef) {
  const { id, revision } = inspection;
  const image = (size: string) => `/images/${id}/${revision}/${size}`;
  return {
    ...inspection,
    images: { strip: image('strip.webp'), card: image('card.webp'), original: image('original') },
  };
}

/** What is usual of a station, and what its tests found. */
function pulseJson(
  { pauses, alarms, usual }: Awaited<ReturnType<InspectionReads['pulse']['read']>>,
  { names }: InspectionReads,
) {
  const below = alarms.find(({ key }) => key === 'usualYield')?.grounds.usual;
  return {
    usualIntervalMs: pauses?.usualIntervalMs ?? null,
    silentAfterMs: pauses?.silentAfterMs ?? null,
    ngBurstSince: alarms.find(({ key }) => key === 'ngBurst')?.beganAt ?? null,
    belowUsual: below ? 1 - below.ng / below.inspections : null,
    hasHistory: usual.some(({ isEnough }) => isEnough),
    usual: usual.map(({ partId, inspections, ng, fromAt, toAt, isEnough }) => ({
      part: names.partName(partId),
      yield: 1 - ng / inspections,
      inspections,
      ng,
      fromAt,
      toAt,
      isEnough,
    })),
  };
}
