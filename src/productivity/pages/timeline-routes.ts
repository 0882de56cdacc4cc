import { Hono } from 'hono';
import { AppError } from '../../kernel/errors.ts';
import type { AppContext, AppEnv } from '../../kernel/http/env.ts';
import { may } from '../../kernel/http/guards/may.ts';
import type { Viewer } from '../../kernel/http/render.ts';
import { createFormat } from '../../kernel/i18n/format.ts';
import type { Lang } from '../../kernel/i18n/languages.ts';
import type { Fragment } from '../../kernel/stream/fragment.ts';
import { fragmentViewer, renderFragment, renderFragments } from '../../kernel/stream/page-fragments.ts';
import { stationHref } from '../../plant/links.ts';
import type { Worker } from '../../plant/resources/workers.ts';
import type { Workstation } from '../../plant/resources/workstations.ts';
import { bucketsOf } from '../../plant/time-window.ts';
import { metricsOf } from '../activity-metrics.ts';
import {
  type AskedBoard,
  boardFilters,
  boardHref,
  boardSteps,
  keptOf,
  readAskedBoard,
} from '../asked-board.ts';
import { stationItself } from '../model.ts';
import { noSums } from '../recording/roll-up-sums.ts';
import type { ProductivityPageDeps } from './page-deps.ts';
import { type HourRow, type TimelinePage, type TimelineView, timelineView, zooms } from './timeline-views.ts';

/** Rows of the table by hour or day. */
const maxHours = 24;
const timelinePath = '/productivity/timeline';

type Subject = { worker: Worker; workstation?: undefined } | { workstation: Workstation; worker?: undefined };

/** `/productivity/workers/<id>` and `/productivity/stations/<id>`: states over time. */
export function timelineRoutes(deps: ProductivityPageDeps): Hono<AppEnv> {
  deps.topics.define({
    path: timelinePath,
    events: ['activity.recorded', 'plant.changed'],
    everyMs: 60_000,
    render: (query, { lang }) => renderTimeline(deps, query, fragmentViewer(query, lang)),
  });
  return new Hono<AppEnv>()
    .get('/productivity/workers/:code', may('look'), async (c) => {
      const worker = deps.workers.find(deps.reads.siteId(), c.req.param('code'));
      if (worker === undefined || !deps.people.areShown)
        throw new AppError('not_found', 'There is no such worker.');
      await notePersonSeen(c, worker);
      return sendPage(c, deps, { worker });
    })
    .get('/productivity/stations/:code', may('look'), async (c) => {
      const workstation = deps.workstations.find(deps.reads.siteId(), c.req.param('code'));
      if (workstation === undefined) throw new AppError('not_found', 'There is no such workstation.');
      return sendPage(c, deps, { workstation });
    });
}

/**
 * The page of a single person is for those who can be named, and who looked at it is written down.
 *
 * @throws AppError 'unauthorized' for everybody else.
 */
async function notePersonSeen(c: AppContext, { code }: Worker): Promise<void> {
  const door = c.get('door');
  const { kind } = c.get('principal') ?? { kind: 'nobody' };
  if (door?.policy !== 'open' && kind !== 'user' && kind !== 'token' && kind !== 'machine')
    throw new AppError('unauthorized', 'Sign in to see the page of a single worker.');
  await door?.record(c, { action: 'worker.view', target: code });
}

async function sendPage(c: AppContext, deps: ProductivityPageDeps, subject: Subject): Promise<Response> {
  const { renderer, topics, people, clock } = deps;
  const { searchParams } = new URL(c.req.url);
  const asked = readAskedBoard(deps, { search: searchParams, kiosk: c.get('kiosk') });
  const { worker, workstation } = subject;
  const kindOfPage = worker ? 'workers' : 'stations';
  const code = worker ? worker.code : workstation.code;
  const path = `/productivity/${kindOfPage}/${encodeURIComponent(code)}`;
  const view: TimelinePage = {
    live: await renderFragments(
      topics,
      { timeline: boardHref(timelinePath, asked.query, worker ? { worker: code } : { workstation: code }) },
      c.get('lang'),
    ),
    label: worker ? people.labelOf(worker) : workstation.name,
    code,
    type: workstation?.type ?? '',
    filters: boardFilters(asked, path),
    steps: boardSteps(asked, clock.now(), path),
    ...zooms(asked, path),
    window: asked.window,
    isAssumed: asked.isAssumed,
    kept: keptOf('persons', deps.reads.personsFrom(asked.siteId), asked.window),
    backHref: boardHref('/productivity', asked.query),
    inspectionsHref: workstation?.isInspected ? stationHref(workstation.name) : null,
    here: boardHref(path, asked.query),
  };
  const template = worker ? 'productivity/worker' : 'productivity/station';
  return renderer.render(c, template, { view, timeZone: asked.wallClock.timeZone });
}

async function renderTimeline(
  deps: ProductivityPageDeps,
  search: URLSearchParams,
  topic: Viewer,
): Promise<Fragment> {
  const asked = readAskedBoard(deps, { search, kiosk: search.get('kiosk') === '1' });
  return renderFragment(
    deps.renderer,
    { ...topic, timeZone: asked.wallClock.timeZone },
    {
      containerId: 'productivity-timeline',
      template: 'productivity/_timeline',
      view: await readTimeline(deps, asked, findSubject(deps, asked, search), topic.lang),
    },
  );
}

/** @throws AppError 'not_found' where nobody is meant, or people are not shown. */
function findSubject(
  { workers, workstations, people }: ProductivityPageDeps,
  { siteId }: AskedBoard,
  search: URLSearchParams,
): Subject {
  const worker = people.areShown ? workers.find(siteId, search.get('worker') ?? '') : undefined;
  if (worker) return { worker };
  const workstation = workstations.find(siteId, search.get('workstation') ?? '');
  if (workstation) return { workstation };
  throw new AppError('not_found', 'There is no such worker or workstation.');
}

async function readTimeline(
  deps: ProductivityPageDeps,
  asked: AskedBoard,
  { worker, workstation }: Subject,
  lang: Lang,
): Promise<TimelineView> {
  const { queries, people, workers, workstations, clock } = deps;
  const { window, query, planned, wallClock } = asked;
  const now = clock.now();
  const names = createFormat({ lang, timeZone: wallClock.timeZone });
  const sumsOf = async (of: typeof window) =>
    worker
      ? (await queries.sumByWorker([worker.id], of, now)).get(worker.id)
      : (await queries.sumByStation([workstation.stationId], of, now)).get(workstation.stationId);
  const ownLane = ({ workerId }: { workerId: number }) => ({
    key: workerId,
    label: workerId === stationItself ? (workstation?.name ?? '') : '–',
    href: null,
  });
  const metricsIn = async (of: typeof window) =>
    metricsOf(
      (await sumsOf(of)) ?? noSums(),
      planned.plannedMs({ ...of, endAt: Math.max(of.startAt, Math.min(of.endAt, now)) }),
    );
  if (workstation && people.groupMin > 0 && !(await isGroup(deps, workstation.stationId, asked)))
    return timelineView({
      asked,
      now,
      names,
      own: [],
      others: [],
      hours: [],
      metrics: null,
      laneOf: ownLane,
    });
  const hours: HourRow[] = [];
  for (const bucket of bucketsOf(window, wallClock, maxHours).buckets)
    if (bucket.startAt < now) hours.push({ ...bucket, metrics: await metricsIn(bucket) });
  const shared = { asked, now, names, hours, metrics: await metricsIn(window) };
  if (worker) {
    return timelineView({
      ...shared,
      own: await queries.listSegments({ workerIds: [worker.id] }, window, now),
      others: [],
      laneOf: ({ stationId }) => {
        const at = workstations.ofStation(stationId);
        const href = at ? boardHref(`/productivity/stations/${encodeURIComponent(at.code)}`, query) : null;
        return { key: stationId, label: at?.name ?? '–', href };
      },
    });
  }
  const { stationId } = workstation;
  // With a smallest group no worker is shown by himself, either.
  const areShown = people.areShown && people.groupMin === 0;
  return timelineView({
    ...shared,
    own: await queries.listSegments({ stationIds: [stationId] }, window, now),
    others: areShown ? await queries.listSegments({ atStationId: stationId }, window, now) : [],
    laneOf: (segment) => {
      const who = workers.get(segment.workerId);
      if (who === undefined) return ownLane(segment);
      const href = boardHref(`/productivity/workers/${encodeURIComponent(who.code)}`, query);
      return { key: who.id, label: people.labelOf(who), href };
    },
  });
}

async function isGroup(
  { queries, people, clock }: ProductivityPageDeps,
  stationId: number,
  { window }: AskedBoard,
) {
  const active = await queries.countWorkers([stationId], window, clock.now());
  return (active.get(stationId) ?? 0) >= people.groupMin;
}
